// What a rule watches for: its condition, limits and times, and how its alarm behaves.
import { h } from '../core/dom.js'
import { number, unitShown, THIN } from '../core/format.js'
import { live } from '../core/live.js'
import { knows, say, t } from '../core/words.js'
import { grade } from '../draw/shape.js'
import { duration, titleOfRule } from '../site/rules.js'

export const conditionPart = (rule) => h('section', { class: 'panel part', 'data-key': 'condition' }, h('h2', { class: 't1' }, t('rule.condition')),
  h('dl', { class: 'facts' }, facts(rule).map(([label, ...values]) => [h('dt', { class: 't3' }, label), h('dd', { class: 't1' }, values)])),
  rule.levels?.length ? levels(rule.levels) : null)

const code = (text) => h('code', { class: 'mono' }, text)

function facts (rule) {
  return [
    [t('rule.scope'), scope(rule.for ?? {})],
    [t('rule.when'), code(rule.when)],
    rule.clear_when && [t('rule.clear_when'), code(rule.clear_when)],
    Object.keys(rule.params).length && [t('rule.params'), Object.entries(rule.params).map(([name, value]) => h('p', {}, code(`${name} = ${value}`)))],
    Object.keys(rule.units).length && [t('rule.units'), code(Object.entries(rule.units).map(([name, unit]) => `${name}: ${unitShown(unit)}`).join('  '))],
    [t('rule.delays'), t('rule.delay_words', { on: duration(rule.on_delay_s), off: duration(rule.off_delay_s) })],
    Object.keys(rule.deadband).length && [t('rule.deadband'), code(Object.entries(rule.deadband).map(([name, value]) => `${name}: ${number(value, 2)}${THIN}${unitShown(rule.units[name] ?? '')}`).join('  '))],
    rule.suppressed_by.length && [t('rule.suppressed_by'), rule.suppressed_by.map((other) => h('p', {}, h('a', { class: 'link', href: `/rules/${encodeURIComponent(other)}` }, titleOfRule(other)), h('code', { class: 'mono t3' }, `  ${other}`)))],
    rule.first_out && [t('rule.first_out'), t('rule.first_out_words', { group: rule.first_out.group, within: t(`rule.within.${rule.first_out.within}`) })],
    [t('rule.behaviour'), behaviour(rule).map((words) => h('p', {}, words))],
    [t('rule.ticket'), rule.ticket ? `${t(`ticket.class.${rule.ticket.class}.long`)}${skill(rule.ticket.skill)}` : t('rule.no_ticket')]
  ].filter(Boolean)
}

/** 设备类 集水坑 sump　区域 1#泵房: what it is for, in words where the site has some. */
function scope (wanted) {
  const parts = Object.entries(wanted)
  return parts.length ? parts.map(([part, pattern]) => h('p', {}, `${t(`rule.for.${part}`)} `, named(part, pattern) ?? code(pattern))) : '—'
}

const named = (part, pattern) => part === 'class' ? knows(`class.${pattern}`) ? [t(`class.${pattern}`), ' ', code(pattern)] : null : part === 'system' ? say(live.site.systems.find(({ id }) => id === pattern)?.label) || null
  : part === 'area' ? say(live.areas.get(pattern)?.name) || null : part === 'device' ? say(live.devices.get(pattern)?.name) || null : null

const skill = (name) => name ? `${t('list.clause')}${t(`skill.${name}`)}` : ''

const behaviour = (rule) => [
  rule.life_safety ? t('rule.life_safety') : null,
  rule.latched ? t('rule.latched') : null,
  rule.realarm_s ? t('rule.realarm', { time: duration(rule.realarm_s) }) : null,
  rule.shelvable && !rule.life_safety ? t('rule.shelvable', { time: duration(rule.max_shelve_s) }) : t('rule.never_shelved'),
  rule.hold === false || rule.life_safety ? t('rule.never_held') : t('rule.may_be_held')
].filter(Boolean)

/** How its priority rises in place. */
const levels = (list) => h('section', { class: 'levels' }, h('h3', { class: 't2' }, t('rule.levels')),
  h('ol', {}, list.map((level) => h('li', { class: 't1' }, grade(level.priority, 36), h('div', {}, h('p', {}, say(level.text).replace('{device}', '').trim()),
    h('p', { class: 't2' }, code(level.when), h('span', { class: 't3' }, level.on_delay_s ? `  ${t('trace.delay', { seconds: number(level.on_delay_s) })}` : '')))))))
