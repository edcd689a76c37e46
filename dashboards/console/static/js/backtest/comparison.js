// The figures of both sides next to each other, and the difference in a sentence.
import { h } from '../core/dom.js'
import { age, number, THIN } from '../core/format.js'
import { t } from '../core/words.js'

const per = (value) => number(value, value < 10 ? 1 : 0)
const ROWS = [['annunciated', number], ['per_day', per], ['busiest_10min', number], ['flood_share', (share) => `${number(share * 100, 1)}${THIN}%`],
  ['active_s', (seconds) => seconds ? age(seconds * 1000) : '0'], ['tickets', number], ['occurrences', number]]

/** 少 83 条报警，不会漏掉任何真实事件. */
export function verdict (result) {
  const { now, proposed, missed_incidents: missed, question, period } = result
  if (!question.compared) return headline(t('verdict.alone', { count: number(now.annunciated), days: per(period.days) }), '')
  if (!now.annunciated && !proposed.annunciated && !missed.length) return headline(t('backtest.quiet'), basisOf(result))
  const difference = now.annunciated - proposed.annunciated
  const fewer = difference > 0 ? t('verdict.fewer', { count: number(difference) }) : difference < 0 ? t('verdict.more', { count: number(-difference) }) : t('verdict.same')
  const misses = missed.length ? t('verdict.misses', { count: number(missed.length) }) : t('verdict.misses_none')
  const [first, second] = missed.length ? [misses, fewer] : [fewer, misses]
  return headline([first, second].join(t('list.clause')), basisOf(result))
}

const basisOf = ({ period, devices, readings }) => t('verdict.basis', { days: per(period.days), devices: number(devices), readings: number(readings) })

const headline = (words, basis) => h('section', { class: 'panel part verdict', 'data-key': 'verdict' }, h('p', { class: 't1' }, words), basis ? h('p', { class: 't2' }, basis) : null)

export function comparison ({ now, proposed, question }) {
  return h('section', { class: 'panel part', 'data-key': 'comparison' }, h('h2', { class: 't1' }, t('backtest.figures')),
    h('table', { class: 'figures-table' }, h('thead', {}, h('tr', {}, h('th', {}), h('th', { class: 't3' }, t('backtest.now')), question.compared ? [h('th', { class: 't3' }, t('backtest.proposed')), h('th', { class: 't3' }, t('backtest.change'))] : null)),
      h('tbody', {}, ROWS.map(([name, shown]) => h('tr', {}, h('td', { class: 't2' }, t(`backtest.figure.${name}`)), h('td', { class: 't1' }, shown(now[name])),
        question.compared ? [h('td', { class: 't1' }, h('b', {}, shown(proposed[name]))), h('td', { class: 't2' }, change(now[name], proposed[name]))] : null)))))
}

/** −58 %; nothing where nothing was. */
function change (before, after) {
  if (before === after) return '—'
  if (!before) return ''
  const share = (after - before) / before * 100
  return `${share < 0 ? '−' : '+'}${number(Math.abs(share))}${THIN}%`
}
