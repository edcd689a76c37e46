// The form under a chosen fault: how long, how bad, how fast it grows, what should come of it; and a second question where it is grave.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { number, quantity, THIN, unitShown } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { act } from './state.js'

const LENGTHS_S = [60, 300, 600, 1800, null]
const ONSETS_S = [0, 30, 120, 600]
const EMPTY = { kind: null, wire: false, fault: null, device: null, for: 300, severity: 1, onset: 0, amount: null, expect: null, asked: false }
export const injection = { ...EMPTY }

/** Show the form of a fault of a device; null closes it. */
export function openInjection (chosen) {
  Object.assign(injection, EMPTY)
  if (!chosen) return
  const { fault, wire, device } = chosen
  Object.assign(injection, { kind: fault.kind, wire, fault, device, amount: fault.usual ?? null,
    expect: fault.expected ? fault.expected.map(({ rule }) => rule) : null })
}

const set = (change) => { Object.assign(injection, change, { asked: false }); changed() }

export function form () {
  const { fault, wire, asked } = injection
  return h('form', { class: 'inject', 'data-key': `form-${fault.kind}`, onsubmit: (event) => { event.preventDefault(); send() } },
    chips(t('testing.length'), LENGTHS_S, 'for', (seconds) => seconds === null ? t('testing.until_mended') : lengthOf(seconds)),
    !wire && fault.grows ? severity(fault) : null,
    !wire && fault.grows ? chips(t('testing.onset'), ONSETS_S, 'onset', (seconds) => seconds ? lengthOf(seconds) : t('testing.at_once')) : null,
    wire && fault.takes ? amount(fault) : null,
    !wire ? promised(fault) : null,
    asked ? h('p', { class: 'grave t1', role: 'alert' }, graveWords()) : null,
    h('div', { class: 'ends' },
      asked ? h('button', { class: 'button', type: 'button', onclick: () => set({}) }, t('cancel')) : null,
      h('button', { class: 'button main', type: 'submit' }, t(asked ? 'testing.inject_surely' : 'testing.inject'))))
}

export const lengthOf = (seconds) => seconds < 60 ? quantity(seconds, 's') : quantity(seconds / 60, 'min')

const chips = (label, values, key, words) => h('fieldset', { class: 'choice', 'data-key': key }, h('legend', { class: 't2' }, label),
  values.map((value) => h('button', { class: 'button', type: 'button', 'aria-pressed': String(injection[key] === value),
    onclick: () => set({ [key]: value }) }, words(value))))

function severity (fault) {
  const { severity } = injection
  return h('label', { class: 'slider', 'data-key': 'severity' }, h('span', { class: 't2' }, t('testing.severity')),
    h('input', { type: 'range', min: 10, max: 100, step: 5, value: severity * 100, oninput: (event) => set({ severity: event.target.value / 100 }) }),
    h('output', { class: 't1' }, `${number(severity * 100)}${THIN}%`, standsFor(fault.severity, severity)))
}

/** What a severity means in the machine's own measure, where that is another. */
function standsFor (measure, severity) {
  if (!measure || (measure.unit === '%' && measure.full - measure.none === 100)) return ''
  const value = measure.none + (measure.full - measure.none) * severity
  return h('span', { class: 't3' }, `　${number(value, Math.abs(value) < 10 ? 2 : 0)}${measure.unit ? THIN + unitShown(measure.unit) : ''}`)
}

const amount = (fault) => h('label', { class: 'slider', 'data-key': 'amount' },
  h('span', { class: 't2' }, t(`testing.takes.${fault.takes}`)),
  h('input', { class: 'field', type: 'number', step: 'any', min: fault.least, max: fault.most, value: injection.amount,
    oninput: (event) => set({ amount: event.target.value === '' ? null : Number(event.target.value) }) }),
  h('output', { class: 't3' }, fault.takes === 'seconds' ? unitShown('s') : t('testing.share_means')))

/** What the rule book promises; a tester may expect less. */
function promised (fault) {
  if (!fault.expected) return h('p', { class: 'promise t3', 'data-key': 'promise' }, t('testing.promise.unknown'))
  if (!fault.expected.length) return h('p', { class: 'promise t3', 'data-key': 'promise' }, t('testing.promise.silence'))
  const toggle = (rule) => set({ expect: injection.expect.includes(rule) ? injection.expect.filter((other) => other !== rule)
    : [...injection.expect, rule] })
  return h('fieldset', { class: 'promise', 'data-key': 'promise' }, h('legend', { class: 't2' }, t('testing.promise')),
    fault.expected.map((one) => h('button', { class: 'expect', type: 'button', role: 'checkbox',
      'aria-checked': String(injection.expect.includes(one.rule)), 'data-key': one.rule, onclick: () => toggle(one.rule) },
    h('i', {}, injection.expect.includes(one.rule) ? '✓' : ''), shape(one.priority, 'active_acknowledged', 34),
    h('span', { class: 't1' }, ruleWords(one.rule)), h('span', { class: 't3' }, t('testing.within', { time: lengthWords(one.due_s) })))))
}

export const lengthWords = (seconds) => seconds < 120 ? quantity(Math.round(seconds), 's') : quantity(Math.ceil(seconds / 60), 'min')

/** What a rule says, without the device. */
export const ruleWords = (rule) => say(live.rules.get(rule)?.text).replace('{device}', '').replace(/^[\s,:：，]+|[\s,:：，]+$/g, '') || rule

const graveWords = () => injection.device.feeds
  ? t('testing.grave.feeds', { what: say(injection.fault.name), count: injection.device.feeds })
  : t('testing.grave', { what: say(injection.fault.name) })

async function send () {
  const { fault, wire, device } = injection
  if (fault.grave && !injection.asked) return void (Object.assign(injection, { asked: true }), changed())
  const doing = wire ? () => api.bench.network(device.id, wireBody(injection)) : () => api.bench.inject(device.id, faultBody(injection))
  if (await act(doing)) { openInjection(null); changed() }
}

/** A fault that a tester has not touched further is left to the rule book. */
function faultBody ({ fault, expect, severity, onset, for: seconds }) {
  const untouched = fault.expected?.length === expect?.length && severity === 1
  return { kind: fault.kind, ...(seconds ? { for: seconds } : {}), ...(expect && !untouched ? { expect } : {}),
    ...(fault.grows && severity < 1 ? { severity } : {}), ...(fault.grows && onset ? { onset } : {}) }
}

export const wireBody = ({ fault, amount, for: seconds }) => ({ kind: fault.kind, ...(seconds ? { for: seconds } : {}),
  ...(fault.takes && amount !== null ? { [fault.takes]: amount } : {}) })
