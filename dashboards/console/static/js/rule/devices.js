// The devices a rule watches, and why it does not watch others it is for.
import { h } from '../core/dom.js'
import { changed } from '../core/live.js'
import { say, t } from '../core/words.js'
import { nameOfDevice } from '../site/rules.js'

/** So many names before the rest is folded. */
const FEW = 12
const view = { all: false }

export function devicePart ({ devices = [] }) {
  const watched = devices.filter((device) => device.watched)
  const others = devices.filter((device) => !device.watched)
  const shown = view.all ? watched : watched.slice(0, FEW)
  return h('section', { class: 'panel part', 'data-key': 'devices' }, h('h2', { class: 't1' }, t('rule.watched', { count: watched.length })),
    watched.length ? h('p', { class: 'names' }, shown.map(({ id }) => h('a', { class: 'link t1', href: `/devices/${encodeURIComponent(id)}` }, nameOfDevice(id))),
      watched.length > FEW ? h('button', { class: 'button', type: 'button', onclick: () => { view.all = !view.all; changed() } },
        t(view.all ? 'testing.few' : 'testing.all', { count: watched.length })) : null) : h('p', { class: 't2' }, t('rule.watches_none')),
    others.length ? [h('h3', { class: 't2' }, t('rule.not_watched', { count: others.length })),
      h('ul', { class: 'unwatched' }, grouped(others).map(([reason, ids]) => h('li', {}, h('p', { class: 't1' }, ids.slice(0, FEW).map(nameOfDevice).join(t('list.comma')),
        ids.length > FEW ? t('rule.and_others', { count: ids.length }) : ''), h('p', { class: 't3' }, reason))))] : null)
}

function grouped (others) {
  const reasons = new Map()
  for (const { id, reason } of others) reasons.set(say(reason), [...reasons.get(say(reason)) ?? [], id])
  return [...reasons]
}
