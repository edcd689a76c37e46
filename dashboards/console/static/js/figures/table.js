// Every figure beside its target, and the judgement in a word.
import { h } from '../core/dom.js'
import { number, span, THIN } from '../core/format.js'
import { t } from '../core/words.js'

const isShare = (name) => name.endsWith('_share') || name.startsWith('priority_')
const isTime = (name) => name.endsWith('_s')

function shown (name, value) {
  if (value === null || value === undefined) return '—'
  if (isShare(name)) return `${number(value * 100, 1)}${THIN}%`
  if (isTime(name)) return span(value * 1000)
  return t(`figure.unit.${UNITS[name] ?? 'count'}`, { value: number(value, Number.isInteger(value) || value >= 10 ? 0 : value < 1 ? 2 : 1) })
}
const UNITS = { chattering: 'alarms', fleeting: 'alarms', never_acted_on: 'alarms', floods: 'times', unauthorised: 'times' }

function targetOf ({ name, target, at_least: least }) {
  if (least !== null && least !== undefined) return t('figure.at_least', { value: shown(name, least) })
  if (target === null || target === undefined) return ''
  return target === 0 ? t('figure.none_wanted') : t('figure.at_most', { value: shown(name, target) })
}

export const figureTable = ({ figures }) => h('table', { class: 'figures-table judged' },
  h('thead', {}, h('tr', {}, ['name', 'value', 'target', 'verdict'].map((column) => h('th', { class: 't3' }, t(`figures.column.${column}`))))),
  h('tbody', {}, figures.map((figure) => h('tr', { class: figure.verdict, title: figure.source }, h('td', { class: 't2' }, t(`figure.${figure.name}`)),
    h('td', { class: 't1' }, h('b', {}, shown(figure.name, figure.value))), h('td', { class: 't3' }, targetOf(figure)),
    h('td', { class: 't2' }, figure.verdict === 'no_target' ? '' : h('i', { class: `verdict-word ${figure.verdict}` }, t(`verdict.${figure.verdict}`)))))))
