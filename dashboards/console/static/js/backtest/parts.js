// Real incidents that would be missed, the alarms one by one, and what the result rests on.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { dueTime, number } from '../core/format.js'
import { say, t } from '../core/words.js'
import { nameOfDevice, titleOfRule } from '../site/rules.js'

const MOST = 20

export const missed = ({ missed_incidents: incidents }) => incidents.length ? h('section', { class: 'panel part missed', 'data-key': 'missed' },
  h('h2', { class: 't1' }, t('backtest.missed', { count: incidents.length })),
  h('ol', {}, incidents.map((one) => h('li', {}, h('a', { class: 'link t1', href: `/tickets/${encodeURIComponent(one.ticket)}` }, one.number),
    h('b', { class: 't1' }, say(one.title)), h('span', { class: 't2' }, nameOfDevice(one.device)), h('span', { class: 't3' }, dueTime(instant(one.opened_at))))))) : null

export function byAlarm ({ by_alarm: alarms, question }) {
  return h('section', { class: 'panel part', 'data-key': 'by-alarm' }, h('h2', { class: 't1' }, t('backtest.by_alarm')),
    alarms.length ? h('div', { class: 'scroll' }, h('table', { class: 'figures-table' }, h('thead', {}, h('tr', {}, h('th', { class: 't3' }, t('backtest.alarm')), h('th', { class: 't3' }, t('backtest.now')),
      question.compared ? h('th', { class: 't3' }, t('backtest.proposed')) : null)),
    h('tbody', {}, alarms.slice(0, 200).map(({ rule, device, now, proposed }) => h('tr', {}, h('td', { class: 't1' }, nameOfDevice(device), h('span', { class: 't2' }, ` ${titleOfRule(rule)}`)),
      h('td', { class: 't1' }, number(now.annunciated)), question.compared ? h('td', { class: 't1' }, h('b', {}, number(proposed.annunciated))) : null))))) : h('p', { class: 't2 empty' }, t('backtest.quiet')))
}

export function footnotes ({ not_judged: unjudged, assumptions, left_out: left }) {
  return h('section', { class: 'panel part footnotes', 'data-key': 'notes' },
    unjudged.length ? [h('h2', { class: 't1' }, t('backtest.not_judged', { count: unjudged.length })), h('ul', {}, unjudged.slice(0, MOST).map(({ rule, device, reason }) => h('li', {},
      h('span', { class: 't1' }, `${device ? nameOfDevice(device) : ''} ${titleOfRule(rule)}`), h('span', { class: 't2' }, say(reason)))),
    unjudged.length > MOST ? h('li', { class: 't3' }, t('wall.more', { count: unjudged.length - MOST })) : null)] : null,
    h('h2', { class: 't1' }, t('backtest.assumptions')), h('ul', {}, assumptions.map((text) => h('li', { class: 't2' }, say(text)))),
    left ? h('p', { class: 't3' }, t('backtest.left_out', { count: number(left) })) : null)
}
