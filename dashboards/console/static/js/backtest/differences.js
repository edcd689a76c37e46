// Which alarms would not have come, which would be new, which otherwise.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { dueTime, secondTime, span } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { grade } from '../draw/shape.js'
import { nameOfDevice, titleOfRule } from '../site/rules.js'

const FEW = 10
const shown = new Map()

export const differences = (result) => result.question.compared ? h('div', { class: 'differences', 'data-key': 'differences' },
  listed('gone', result.gone, line), listed('new', result.new, line), listed('changed', result.changed, changedLine)) : null

function listed (kind, items, draw) {
  const limit = shown.get(kind) ?? FEW
  return h('section', { class: 'panel part', 'data-key': kind }, h('h2', { class: 't1' }, t(`backtest.list.${kind}`, { count: items.length })),
    items.length ? h('ol', { class: 'lines' }, items.slice(0, limit).map(draw),
      items.length > limit ? h('li', {}, h('button', { class: 'button', type: 'button', onclick: () => { shown.set(kind, limit + 50); changed() } }, t('wall.more', { count: items.length - limit }))) : null)
      : h('p', { class: 't3' }, t('backtest.no_such')))
}

const lasted = (one) => one.active_s ? span(one.active_s * 1000) : ''
const what = (one) => [h('b', { class: 't1' }, nameOfDevice(one.device)), h('span', { class: 't2' }, titleOfRule(one.rule)),
  one.annunciated ? null : h('i', { class: 'mark' }, t('backtest.silent'))]

const line = (one) => h('li', { class: 'line' }, grade(one.priority, 34), h('span', { class: 't3 time' }, dueTime(instant(one.raised_at))),
  h('span', { class: 'what' }, what(one)), h('span', { class: 't2 age' }, lasted(one)))

/** When both began, told apart: within a minute by their seconds. */
function beginnings (...moments) {
  const words = moments.map((at) => dueTime(instant(at)))
  return words[0] === words[1] && moments[0] !== moments[1] ? moments.map((at) => secondTime(instant(at))) : words
}

function changedLine ({ now, proposed }) {
  const [was, is] = beginnings(now.raised_at, proposed.raised_at)
  return h('li', { class: 'line' }, grade(proposed.priority, 34),
    h('span', { class: 't3 time' }, is), h('span', { class: 'what' }, what(proposed),
      h('span', { class: 't3' }, t('backtest.was', { time: was, lasted: lasted(now) }))), h('span', { class: 't2 age' }, lasted(proposed)))
}
