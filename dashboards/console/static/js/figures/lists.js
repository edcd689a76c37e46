// What a review has to look at besides: alarms that stood too long, that nobody acted on, rules that never fired.
import { h } from '../core/dom.js'
import { age, number } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { stoodFor } from '../site/alarms.js'
import { nameOfDevice, titleOfRule } from '../site/rules.js'

const FEW = 8
const opened = new Set()

export const reviewLists = (review) => h('div', { class: 'review', 'data-key': 'review' },
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

const alarmLine = ({ rule, device }, words) => h('li', {}, h('a', { class: 't1', href: `/rules/${encodeURIComponent(rule)}` }, nameOfDevice(device), h('span', { class: 't2' }, ` ${titleOfRule(rule)}`)),
  h('span', { class: 't2' }, words))
