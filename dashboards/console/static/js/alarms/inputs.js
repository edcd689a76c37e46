// The values that fired an alarm on their way from the wire: bytes, decode, reading, line over time.
import { h } from '../core/dom.js'
import { instant } from '../core/clock.js'
import { digitsOf, millisecondTime, number, quantity } from '../core/format.js'
import { knows, say, t } from '../core/words.js'
import { bytesView, messageView } from '../draw/answer.js'
import { plot } from '../draw/plot.js'
import { registerNumbers, scaleWords, typeWords } from '../site/register.js'
import { line, mono, step } from './step.js'

/** A fire panel may name many points that match; the first tell the story. */
const MOST_SHOWN = 6

const isMeasured = (input) => typeof input.value === 'number' && Boolean(input.unit)

/** The value to draw a line of: one with a limit before one that is merely measured, or undefined. */
export const drawnInput = (inputs) => inputs.find((input) => isMeasured(input) && input.limits?.length) ?? inputs.find(isMeasured)

export function inputSteps (trace, detail, trend) {
  const inputs = trace.inputs.slice(0, MOST_SHOWN)
  const first = drawnInput(inputs) ?? inputs[0]
  if (!first) return []
  return [rawStep(inputs), decodeStep(inputs.filter((input) => input.wire), first), readingStep(inputs, first, trace, detail, trend)]
}

/** Each answer once, however many values it carried. */
function rawStep (inputs) {
  const answers = new Map()
  for (const { raw, scale_raw: scale } of inputs) {
    for (const one of [raw, scale]) {
      if (!one) continue
      const key = `${one.asked} ${one.at}`
      const answer = answers.get(key) ?? answers.set(key, { ...one, spans: [] }).get(key)
      if (one.offset !== null) answer.spans.push(one)
    }
  }
  const [first] = answers.values()
  if (!first) return inputs.some((input) => input.quality === 'bad') ? step('raw', '', line(t('trace.no_answer'))) : null
  return step('raw', millisecondTime(instant(first.at)), [...answers.values()].map(answerView))
}

const REGISTERS = /^(coil|discrete|holding|input) (\d+)\+(\d+)$/

const isMessage = ({ asked }) => !REGISTERS.test(asked)

/** 保持寄存器 19000 起 54 个; a topic as it is. */
function askedWords (asked) {
  const [, table, from, count] = REGISTERS.exec(asked) ?? []
  return table ? t(`trace.asked.${table}`, { from, count }) : asked
}

function answerView (answer) {
  const kept = answer.hex ? answer.hex.split(' ').length : 0
  return [mono((isMessage(answer) ? messageView : bytesView)(answer.hex, answer.spans)),
    h('p', { class: 'mono t3' }, t(kept < answer.size ? 'trace.answer_cut' : 'trace.answer', { asked: askedWords(answer.asked), size: answer.size,
      kept }))]
}

function decodeStep (inputs, first) {
  if (!inputs.length) return null
  const profile = first.profile?.line ? t('trace.profile_line', { profile: first.profile.id, line: first.profile.line }) : ''
  const named = (input) => inputs.length > 1 ? h('span', { class: 't3' }, `  ${say(input.label)}`) : null
  return step('decode', profile, inputs.map((input) => mono(placeWords(input), named(input))),
    h('p', { class: 'mono t3' }, inputs[0].address))
}

/** 30011–30012  float32 ABCD  ×1 m. */
const placeWords = (input) => [...(input.wire.topic ? [input.wire.topic, input.wire.path] : [registerNumbers(input.wire)]),
  typeWords(input), scaleWords(input)].filter(Boolean).join('  ')

function readingStep (inputs, first, trace, detail, trend) {
  const at = first.receive_time ?? trace.raised_at
  const more = trace.inputs.length - inputs.length
  return step('reading', millisecondTime(instant(at)), inputs.map(readingLine), more > 0 ? line(t('wall.more', { count: more })) : null,
    trendView(trend, detail))
}

const readingLine = (input) => line(h('b', {}, valueWords(input)), h('span', { class: 't2' }, `  ${say(input.label) || input.point}  `),
  trustWords(input))

function valueWords ({ value, unit, meaning, bits_set: bits }) {
  if (meaning) return say(meaning)
  if (bits?.length) return bits.map(say).join(t('list.comma'))
  return typeof value === 'number' ? quantity(value, unit) : value ?? '—'
}

/** 质量好，27 ms 后收到. */
function trustWords ({ quality, reason, source_time: source, receive_time: receive }) {
  if (!quality) return ''
  const why = knows(`quality.${reason}`) ? t(`quality.${reason}`) : reason
  const late = source && receive ? instant(receive) - instant(source) : 0
  return [t(`trace.quality.${quality}`, { reason: why }), late > 0 ? t('trace.received', { ms: number(late) }) : ''].filter(Boolean)
    .join(t('list.clause'))
}

function trendView (trend, detail) {
  if (!trend?.samples.some((sample) => sample.value !== null)) return null
  const { input, samples } = trend
  const limits = input.limits.map(({ value, above }) => ({ value, words: t(`trace.limit.${above ? 'above' : 'below'}`,
    { value: number(value, digitsOf(input.unit, value)) }) }))
  return plot({ samples, start: samples[0].at, end: samples.at(-1).at, box: { width: 444, height: 104 }, unit: input.unit, limits,
    mark: { at: instant(detail.raised_at), priority: detail.priority }, ends: true })
}
