// The alarms that make the most of the load, or come without sense; for each a change that would mend it, with its proof.
import { h } from '../core/dom.js'
import { number, THIN } from '../core/format.js'
import { t } from '../core/words.js'
import { missesOf } from '../backtest/comparison.js'
import { changeWords } from '../backtest/suggestion.js'
import { progressBar } from '../backtests/progress.js'
import { cancelBacktest } from '../core/api.js'
import { carry, mayEdit, nameOfDevice, titleOfRule } from '../site/rules.js'
import { keyOf, suggestFor, view } from './state.js'

const MOST = 15

export function badActors ({ bad_actors: actors }) {
  if (!actors.length) return h('p', { class: 't2 empty' }, t('figures.no_worst'))
  const largest = Math.max(...actors.map(({ share }) => share), 0.001)
  return h('ol', { class: 'actors' }, actors.slice(0, MOST).map((actor) => row(actor, largest)))
}

const row = (actor, largest) => h('li', { 'data-key': keyOf(actor) },
  h('div', { class: 'actor' }, h('a', { class: 'what', href: `/rules/${encodeURIComponent(actor.rule)}` }, h('b', { class: 't1' }, nameOfDevice(actor.device)), h('span', { class: 't2' }, titleOfRule(actor.rule))),
    h('span', { class: 'kinds' }, actor.kinds.map((kind) => h('i', { class: 'mark' }, t(`figures.kind.${kind}`)))),
    h('span', { class: 'bar-line' }, h('i', { style: { width: `${actor.share / largest * 100}%` } })),
    h('b', { class: 't1 share' }, `${number(actor.share * 100, 1)}${THIN}%`), h('span', { class: 't2 count' }, t('rules.times', { count: number(actor.count) })),
    actor.can_suggest && mayEdit() && !view.jobs.has(keyOf(actor)) ? h('button', { class: 'button', type: 'button', onclick: () => suggestFor(actor) }, t('suggest.ask')) : h('span', {})),
  jobPart(actor))

function jobPart (actor) {
  const job = view.jobs.get(keyOf(actor))
  if (!job) return null
  if (['queued', 'running'].includes(job.state)) return h('div', { class: 'suggestion' }, h('p', { class: 't2' }, t('suggest.looking')), progressBar(job, () => cancelBacktest(job.id).catch(() => {})))
  if (!job.result) return h('p', { class: 'suggestion t1', role: 'alert' }, job.error || t(`backtest.state.${job.state}`))
  const { suggestion, reason } = job.result
  return h('div', { class: 'suggestion' }, suggestion ? found(actor, suggestion, job) : h('p', { class: 't2' }, t('suggest.none'), t(`suggest.reason.${reason}`)))
}

function found (actor, { change, yaml, proof }, job) {
  const adopt = () => {
    carry({ rule: actor.rule, yaml, comment: changeWords(change) })
    location.assign(`/rules/${encodeURIComponent(actor.rule)}/edit`)
  }
  return [h('p', { class: 't1' }, h('b', {}, changeWords(change))),
    h('p', { class: 't2' }, t('suggest.proof', { now: number(proof.now.annunciated), proposed: number(proof.proposed.annunciated) }), t('list.clause'),
      missesOf(proof.missed, proof.incidents)),
    h('p', { class: 'ends' }, h('a', { class: 'link t2', href: `/backtests/${encodeURIComponent(job.id)}` }, t('suggest.see_proof')),
      h('button', { class: 'button main', type: 'button', onclick: adopt }, t('suggest.adopt')))]
}
