// What a review has to look at besides: alarms that stood too long, that nobody acted on, rules that never fired.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { age, dueTime, number } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { stoodFor } from '../site/alarms.js'
import { personName } from '../site/people.js'
import { nameOfDevice, titleOfRule } from '../site/rules.js'

const FEW = 8
const opened = new Set()

export const reviewLists = (review, breaches) => h('div', { class: 'review', 'data-key': 'review' },
  breaches.length ? listed('unauthorised', breaches, breachLine) : null,
  listed('stale', review.stale, (one) => alarmLine(one, age(stoodFor(one)))),
  listed('never_acted_on', review.never_acted_on, (one) => alarmLine(one, t('rules.times', { count: number(one.count) }))),
  listed('never_fired', review.never_fired, (one) => h('li', {}, h('a', { class: 't1', href: `/rules/${encodeURIComponent(one.rule)}` }, titleOfRule(one.rule), h('span', { class: 'mono t3' }, `  ${one.rule}`),
    one.life_safety ? h('i', { class: 'mark' }, t('figures.test_it')) : null), h('span', { class: 't2' }, t('rules.watches', { count: number(one.devices) })))))

function listed (kind, items, draw) {
  const isOpen = opened.has(kind)
  const toggle = () => { if (!opened.delete(kind)) opened.add(kind); changed() }
  return h('section', { class: 'panel part', 'data-key': kind }, h('h2', { class: 't1' }, t(`figures.${kind}`, { count: items.length })), h('p', { class: 't3' }, t(`figures.means.${kind}`)),
    items.length ? h('ol', { class: 'plain' }, (isOpen ? items : items.slice(0, FEW)).map(draw)) : h('p', { class: 't2' }, t('figures.no_such')),
    items.length > FEW ? h('button', { class: 'button', type: 'button', onclick: toggle }, isOpen ? t('testing.few') : t('testing.all', { count: items.length })) : null)
}

/** 负荷上升快  10:51  管家  改了规则，没有他人批准: a figure that nobody can look into accuses everybody. */
function breachLine ({ kind, what, at, rule, device, by }) {
  const done = what === 'rule_changed' ? t('figures.rule_changed') : t(`alarm.event.${what}`)
  const named = device ? [nameOfDevice(device), h('span', { class: 't2' }, ` ${titleOfRule(rule)}`)] : titleOfRule(rule)
  return h('li', { class: 'breach' }, h('a', { class: 't1', href: `/rules/${encodeURIComponent(rule)}` }, named),
    h('span', { class: 't2' }, [dueTime(instant(at)), personName(by), [done, t(`figures.breach.${kind}`)].join(t('list.clause'))].join('  ')))
}

const alarmLine = ({ rule, device }, words) => h('li', {}, h('a', { class: 't1', href: `/rules/${encodeURIComponent(rule)}` }, nameOfDevice(device), h('span', { class: 't2' }, ` ${titleOfRule(rule)}`)),
  h('span', { class: 't2' }, words))
