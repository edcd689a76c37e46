// A flood in calm words: since when, how many, what is folded away, and one tap to see all or to fold again.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { number, since } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { t } from '../core/words.js'
import { isFolding, restWords, showAll } from '../site/flood.js'
import { foldedAway, listOf } from './state.js'

export function floodBanner () {
  const { active, since: begun, count, peak } = live.flood
  if (!active) return null
  const folding = isFolding()
  const rest = foldedAway(listOf())
  return h('section', { class: 'panel flood', role: 'status', 'data-key': 'flood' },
    h('p', { class: 't1' }, h('b', {}, t('flood.title', { time: since(instant(begun)) })),
      h('span', { class: 't2' }, t('flood.counts', { count: number(count), peak: number(Math.max(peak, count)) }))),
    h('p', { class: 't2' }, rest.length ? h('b', { class: 't1 rest' }, restWords(rest), ' ') : null, t(folding ? 'flood.folded' : 'flood.all')),
    h('button', { class: 'button', type: 'button', onclick: () => { showAll(folding); changed() } }, t(folding ? 'flood.show_all' : 'flood.fold')))
}
