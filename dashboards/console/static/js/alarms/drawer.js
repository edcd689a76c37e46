// 来龙去脉: from the bytes a device sent to the ticket somebody has in hand, one step after the other.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant, now } from '../core/clock.js'
import { archiveDate, clockTime, number, digitsOf, quantity, secondTime } from '../core/format.js'
import { changed, live } from '../core/live.js'
import { knows, say, t } from '../core/words.js'
import { plot } from '../draw/plot.js'
import { titleOf } from '../site/alarms.js'
import { personName } from '../site/people.js'
import { desk, select } from './state.js'

const HOUR = 3600000
const seen = { key: null, trace: null, detail: null, trend: null, problem: '' }

/** Fetch the walk back for the chosen alarm, again whenever something has happened to it. */
async function load (id, key) {
  Object.assign(seen, { key, problem: '' })
  try {
    const [trace, detail] = await Promise.all([api.trace(id), api.alarm(id)])
    if (seen.key !== key) return
    Object.assign(seen, { trace, detail, trend: null })
    changed()
    const input = trace.inputs.find(({ value }) => typeof value === 'number')
    if (input) Object.assign(seen, { trend: { input, samples: await trendOf(input, detail) } })
  } catch (error) {
    seen.problem = error.message
  }
  changed()
}

const trendOf = (input, detail) => api.readings(input.point,
  { start: instant(detail.raised_at) - HOUR, end: Math.min(now(), instant(detail.raised_at) + HOUR / 6), interval: '1min',
  aggregate: 'mean' })

export function drawer () {
  const alarm = live.alarms.get(desk.selected)
  const key = `${desk.selected} ${live.alarmChanges}`
  if (seen.key !== key) load(desk.selected, key)
  const known = seen.detail?.id === desk.selected
  const subject = alarm ?? (known ? seen.detail : null)
  return h('aside', { class: 'panel drawer', 'data-key': 'drawer' },
    h('h2', { class: 't1' }, t('trace.title'), h('span', {}, subject ? t('alarm.title', titleOf(subject, live)) : ''),
      h('button', { class: 'close t2', type: 'button', 'aria-label': t('close'), onclick: () => { select(null); changed() } }, '×')),
    seen.problem ? h('p', { class: 't2' }, seen.problem) : null,
    known && seen.trace ? h('ol', { class: 'steps' }, steps(seen.trace, seen.detail)) : null)
}

const step = (key, aside, ...lines) => h('li', { class: 'step', 'data-key': key },
  h('p', { class: 't3' }, t(`trace.${key}`), h('span', {}, aside)), lines)
const line = (...words) => h('p', { class: 't1' }, words)
const code = (...words) => h('p', { class: 'mono t2' }, words)

function steps (trace, detail) {
  const input = trace.inputs[0]
  return [
    input?.raw ? step('raw', input.raw.at ? secondTime(instant(input.raw.at)) : '', code(input.raw.hex)) : null,
    input?.wire ? step('decode', input.profile ? t('trace.profile_line', { profile: input.profile.id, line: input.profile.line ?? '—' })
      : '', code(wireWords(input)), code(input.address)) : null,
    trace.inputs.length ? step('reading', secondTime(instant(trace.condition_since)),
      trace.inputs.map((one) => line(h('b', {}, valueWords(one)), ` ${say(one.label) || one.point}`)), trendView()) : null,
    step('rule', t('trace.version', { version: trace.rule.version.slice(0, 8) }), code(ruleWords(trace.rule)),
      line(t('trace.held', { time: secondTime(instant(trace.condition_since)), seconds: number(trace.rule.on_delay_s ?? 0) }))),
    step('alarm', detail.id.slice(-12), line(t('trace.raised',
      { time: secondTime(instant(detail.raised_at)), priority: t(`priority.${detail.priority}`) })), detail.story.slice(1).map(storyLine)),
    trace.ticket ? step('ticket', '', line(h('a', { class: 'link', href: `/tickets/${trace.ticket.id}` },
      t('trace.ticket_opened',
      { time: secondTime(instant(trace.ticket.opened_at)), number: trace.ticket.number,
      kind: t(`ticket.class.${trace.ticket.class}.promise`) }))),
      trace.ticket.owner ? line(t('trace.ticket_owner',
        { who: personName(trace.ticket.owner), state: t(`ticket.state.${trace.ticket.state}`) }))
        : line(t(`ticket.state.${trace.ticket.state}`))) : null,
    detail.why ? step('next', '', line(say(detail.why.action)), detail.why.steps.map((one) => line(say(one)))) : null
  ]
}

function wireWords ({ wire, decode, unit }) {
  const scale = `×${decode.scale}${decode.offset ? ` + ${decode.offset}` : ''}  ${unit}`
  if (wire.topic) return `${wire.topic}  ${wire.path}  ${scale}`
  const last = wire.register + wire.words - 1
  const registers = last > wire.register ? `${wire.register}–${last}` : wire.register
  return `${wire.table} ${registers}  ${decode.type}  ${wire.byte_order} / ${wire.word_order}  ${scale}`
}

const valueWords = ({ value, unit }) => typeof value === 'number' ? quantity(value, unit) : value ?? '—'

const ruleWords = ({ id, when, on_delay_s: delay }) => [id, when, delay
  ? t('trace.delay', { seconds: number(delay, digitsOf('s', delay)) }) : ''].filter(Boolean).join('  ')

function trendView () {
  if (!seen.trend?.samples.length) return null
  const samples = seen.trend.samples
  return plot({ samples, start: samples[0].at, end: samples.at(-1).at, box: { width: 444, height: 96 }, unit: seen.trend.input.unit,
    ends: true })
}

function storyLine ({ at, what, by, comment }) {
  const moment = instant(at)
  const time = archiveDate(moment) === archiveDate(now()) ? secondTime(moment) : `${archiveDate(moment)} ${clockTime(moment)}`
  const words = knows(`alarm.event.${what}`) ? t(`alarm.event.${what}`) : what
  return line(h('span', { class: 't2' }, `${time} `), `${words} `, by === 'guanjia' ? '' : personName(by), comment
    ? h('span', { class: 't2' }, ` ${comment}`) : '')
}
