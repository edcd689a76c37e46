// A line over time in our own SVG: site time below, limits dashed, gaps hatched, the value under the pointer.
import { s } from '../core/dom.js'
import { now, siteDay, siteParts } from '../core/clock.js'
import { clockTime, number, digitsOf, shortDate, unitShown, THIN } from '../core/format.js'
import { axisWords } from './axis.js'

const HOUR = 3600000
/** Letters of the time axis on a stage, px; those of a desk are smaller. */
const LETTERS = 20
const STEPS = [HOUR / 12, HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, 24 * HOUR]

/**
 * `samples` are `[{at, value}]` in order, value null where there was none; `others` are more such lines behind them. `box` is
 * `{width, height, left, right, bottom}` in the drawing's own pixels; `limits` are `[{value, words}]`, named in the right margin if there
 * is one; `least` belongs to the range in any case. `at` puts the reading line under an instant, `mark` (`{at, priority}`) an alarm's line.
 */
export function plot ({ samples, others = [], start, end, box, unit = '', limits = [], least = null, at = null, mark = null,
  ends = false }) {
  const { width, height, left = 0, right = 0, bottom = 26 } = box
  const edge = width - right
  const values = [...[samples, ...others].flat().map((sample) => sample.value), ...limits.map((limit) => limit.value), least]
  const [low, high] = range(values.filter((value) => value !== null), least)
  const floor = height - bottom
  const x = (time) => left + (time - start) / (end - start) * (edge - left)
  const y = (value) => 8 + (1 - (value - low) / (high - low)) * (floor - 14)
  return s('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img' },
    hatchPattern(),
    gaps(samples, start, Math.min(end, now())).map(([from, to]) => s('rect',
      { class: 'gap', x: x(from), y: 4, width: Math.max(1, x(to) - x(from)), height: floor - 4 })),
    left ? valueAxis(low, high, left, width, y, unit) : null,
    limits.map(({ value }) => s('path', { class: 'limit', d: `M${left} ${y(value)}H${edge}` })),
    limitWords(limits.filter(({ words }) => words), y, right ? { x: edge + 8, below: 6 } : { x: left, below: -5 }, floor),
    others.map((other) => lines(other, 'trend other', x, y)), lines(samples, 'trend', x, y),
    mark && s('path', { class: `alarm-mark ${mark.priority}`, d: `M${x(mark.at)} 0V${floor}` }),
    ends ? endTimes(start, end, left, edge, height) : timeAxis(start, end, x, box),
    at === null ? tip(samples, x, y) : under(nearest(samples, at), x, y, floor, width, unit))
}

const lines = (samples, name, x, y) => segments(samples).map((part) => s('path',
  { class: name, d: `M${part.map((sample) => `${x(sample.at).toFixed(1)} ${y(sample.value).toFixed(1)}`).join('L')}` }))

/** A line of words, px: the letters of a stage are larger than those of a desk. */
const LINE = 21

/** The names of limits, one below the other: where two limits lie close together, the lower one's moves down. */
function limitWords (limits, y, { x, below }, floor) {
  const places = limits.map(({ value, words }) => ({ words, at: y(value) + below })).sort((a, b) => a.at - b.at)
  places.forEach((place, index) => { place.at = Math.max(place.at, index ? places[index - 1].at + LINE : LINE - 6) })
  places.toReversed().forEach((place, index) => { place.at = Math.min(place.at, floor - index * LINE) })
  return places.map(({ words, at }) => s('text', { class: 'limit-words', x, y: at }, words))
}

/** A little air above and below the values; none below `least` where they begin there. */
function range (values, least) {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (!values.length) return [0, 1]
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1
  return [low === least ? low : low - pad, high + pad]
}

const hatchPattern = () => s('defs', {},
  s('pattern', { id: 'gap-hatch', width: 8, height: 8, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
  s('path', { class: 'gap-stroke', d: 'M0 0V8' })))

/** Longer than this many usual steps without a value is a gap. */
const GAP_STEPS = 3.5

function usualStep (samples) {
  const steps = samples.slice(1).map((sample, index) => sample.at - samples[index].at).sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? HOUR
}

/** The line breaks where `gaps` says that values are missing, and nowhere else. */
function segments (samples) {
  const longest = usualStep(samples) * GAP_STEPS
  const parts = [[]]
  let before = null
  for (const sample of samples.filter((one) => one.value !== null)) {
    if (before && sample.at - before.at > longest) parts.push([])
    parts.at(-1).push(sample)
    before = sample
  }
  return parts.filter((part) => part.length > 1)
}

/** `[from, to]` of every stretch without values, the one after the last sample too. */
function gaps (samples, start, end) {
  const good = samples.filter((sample) => sample.value !== null)
  const longest = usualStep(samples) * GAP_STEPS
  const edges = [start, ...good.map((sample) => sample.at), end]
  return edges.slice(1).map((edge, index) => [edges[index], edge]).filter(([from, to]) => to - from > longest)
}

function timeAxis (start, end, x, { width, height }) {
  const step = STEPS.find((candidate) => (end - start) / candidate <= (x(end) - x(start)) / 80) ?? STEPS.at(-1)
  const marks = []
  for (let at = Math.ceil((start - siteDay(start)) / step) * step + siteDay(start); at <= end; at += step) marks.push(at)
  const words = (at) => step >= 24 * HOUR || siteParts(at).hour + siteParts(at).minute === 0 ? shortDate(at) : clockTime(at)
  return [marks.map((at) => s('path', { class: 'mark', d: `M${x(at)} ${height - 26}v5` })),
    axisWords(marks.map((at) => ({ middle: x(at), words: words(at) })), { width, y: height - 4, size: LETTERS })]
}

const endTimes = (start, end, left, width, height) => [
  s('text', { class: 'time', x: left, y: height - 4 }, clockTime(start)), s('text',
    { class: 'time', x: width, y: height - 4, 'text-anchor': 'end' }, clockTime(end))]

function valueAxis (low, high, left, width, y, unit) {
  const step = niceStep((high - low) / 4)
  const lines = []
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) lines.push(value)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  return lines.map((value) => s('g', {}, s('path', { class: 'grid', d: `M${left} ${y(value)}H${width}` }),
    s('text', { class: 'time', x: left - 8, y: y(value) + 5, 'text-anchor': 'end' }, number(value, digits))))
}

function niceStep (raw) {
  const power = 10 ** Math.floor(Math.log10(raw))
  return [1, 2, 5, 10].find((factor) => factor * power >= raw) * power
}

function tip (samples, x, y) {
  const last = samples.at(-1)
  return last && last.value !== null ? s('circle', { class: 'tip', cx: x(last.at), cy: y(last.value), r: 5 }) : null
}

const nearest = (samples, at) => samples.filter((sample) => sample.value !== null).reduce((best, sample) => !best
  || Math.abs(sample.at - at) < Math.abs(best.at - at) ? sample : best, null)

function under (sample, x, y, floor, width, unit) {
  if (!sample) return null
  const right = x(sample.at) < width - 160
  const value = number(sample.value, Math.max(1, digitsOf(unit, sample.value)))
  const words = `${clockTime(sample.at)}  ${value}${unit ? THIN + unitShown(unit) : ''}`
  return s('g', { class: 'under' }, s('path', { class: 'mark', d: `M${x(sample.at)} 4V${floor}` }),
    s('circle', { class: 'tip', cx: x(sample.at), cy: y(sample.value), r: 5 }),
    s('text', { class: 'value', x: x(sample.at) + (right ? 10 : -10), y: 20, 'text-anchor': right ? 'start' : 'end' }, words))
}

/** The instant under a pointer event on a plot drawn with these settings. */
export function instantAt (event, { start, end, box }) {
  const { left, width } = event.currentTarget.getBoundingClientRect()
  const share = ((event.clientX - left) / width * box.width - (box.left ?? 0)) / (box.width - (box.left ?? 0))
  return start + Math.min(1, Math.max(0, share)) * (end - start)
}

