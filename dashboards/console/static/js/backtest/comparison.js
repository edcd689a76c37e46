// The figures of both sides next to each other, and the difference in a sentence.
import { h } from '../core/dom.js'
import { number, span, THIN } from '../core/format.js'
import { t } from '../core/words.js'

const per = (value) => number(value, value < 10 ? 1 : 0)
const ROWS = [['annunciated', number], ['per_day', per], ['busiest_10min', number], ['flood_share', (share) => `${number(share * 100, 1)}${THIN}%`],
  ['active_s', (seconds) => seconds ? span(seconds * 1000) : '0'], ['tickets', number], ['occurrences', number]]

/** 少 83 条报警，4 起真实事件都不会漏掉. */
export function verdict (result) {
  const { now, proposed, missed_incidents: missed, question, period } = result
  if (!result.readings) return headline(t('verdict.no_history'), t('verdict.no_history_means'))
  if (!question.compared) return headline(t('verdict.alone', { count: number(now.annunciated), days: per(coveredOf(period)) }), isPartly(period) ? basisOf(result) : '')
  if (!now.annunciated && !proposed.annunciated && !missed.length) return headline(t(now.active_s || proposed.active_s ? 'verdict.standing' : 'backtest.quiet'), basisOf(result))
  const difference = now.annunciated - proposed.annunciated
  const fewer = difference > 0 ? t('verdict.fewer', { count: number(difference) }) : difference < 0 ? t('verdict.more', { count: number(-difference) }) : t('verdict.same')
  const misses = missesOf(missed.length, result.incidents)
  const [first, second] = missed.length ? [misses, fewer] : [fewer, misses]
  return headline([first, second].join(t('list.clause')), basisOf(result))
}

/** Where nobody worked on a ticket, it can't be known what would be missed. */
export const missesOf = (missed, incidents) => missed ? t('verdict.misses', { count: number(missed) })
  : incidents ? t('verdict.misses_none', { count: number(incidents) }) : t('verdict.misses_unknown')

/** Days from the first reading to the last; of results from before that was told, the whole period. */
const coveredOf = ({ days, covered_days: covered }) => covered ?? days
const isPartly = (period) => coveredOf(period) < 0.99 * period.days

const basisOf = ({ period, devices, readings }) => t(isPartly(period) ? 'verdict.basis_part' : 'verdict.basis', { days: per(period.days), covered: per(coveredOf(period)), devices: number(devices), readings: number(readings) })

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
