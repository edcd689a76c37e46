// The site from above, drawn from the rectangles of its areas; an alarm's shape stands at its place.
import { h, s } from '../core/dom.js'
import { derived, live } from '../core/live.js'
import { number } from '../core/format.js'
import { t } from '../core/words.js'
import { byWorst, isSilent } from '../site/alarms.js'
import { allBundles } from '../site/bundles.js'
import { effectLine } from './plan_effect.js'
import { labelOf, placeLabels } from './plan_labels.js'
import { DRAW } from './plan_places.js'

/** The panel in its own pixels, the part of it that shows the site's rectangle, and the outline drawn a little within. */
const PANEL = { x: 0, y: 0, width: 820, height: 600 }
const FRAME = { x: 16, y: 22, width: 791, height: 567 }
const OUTLINE = { x: 26, y: 44, width: 770, height: 530 }
const ORDER = ['garage', 'podium', 'room', 'gate', 'substation', 'pump_room', 'block']

export function planPanel () {
  const onPlan = onPanel()
  const views = [...live.areas.values()].filter((area) => area.plan)
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .map((area) => ({ area, box: onPlan(area.plan), ...standing(area) }))
  const labels = placeLabels(views, PANEL, headingWords())
  return h('section', { class: 'panel plan', 'data-key': 'plan' },
    s('svg', { viewBox: '0 0 820 600', role: 'img', 'aria-label': t('plan.title') },
      heading(), north(),
      s('rect', { class: 'outline', ...OUTLINE, rx: 24 }),
      views.filter(({ area }) => area.kind === 'garage').map((view) => DRAW.garage(view)),
      effects(views),
      views.filter(({ area }) => area.kind !== 'garage').map((view) => (DRAW[view.area.kind] ?? DRAW.room)(view)),
      labels.map(labelOf)),
    views.length ? null : h('p', { class: 'nothing absent t3', 'data-key': 'none' }, t('plan.none')))
}

/** From the plan's own units to the panel's pixels, same scale both ways, in the middle. */
function onPanel () {
  const rects = [...live.areas.values()].map((area) => area.plan).filter(Boolean)
  const site = live.site.plan ?? (rects.length ? around(rects) : FRAME)
  const scale = Math.min(FRAME.width / site.width, FRAME.height / site.height)
  const left = FRAME.x + (FRAME.width - site.width * scale) / 2
  const top = FRAME.y + (FRAME.height - site.height * scale) / 2
  return (rect) => ({ x: left + (rect.x - site.x) * scale, y: top + (rect.y - site.y) * scale, width: rect.width * scale,
    height: rect.height * scale })
}

function around (rects) {
  const x = Math.min(...rects.map((rect) => rect.x))
  const y = Math.min(...rects.map((rect) => rect.y))
  return { x, y, width: Math.max(1, ...rects.map((rect) => rect.x + rect.width - x)),
    height: Math.max(1, ...rects.map((rect) => rect.y + rect.height - y)) }
}

/** What stands at an area: its alarms, worst first, and whether something there is held back by design. */
function standing (area) {
  const { alarms, held } = atPlaces()
  return { alarms: alarms.get(area.id) ?? [], worst: alarms.get(area.id)?.[0], held: held.has(area.id) }
}

/** Of every place at once: the alarms heard there, worst first, and whether anything there is held back. */
const atPlaces = derived(() => {
  const alarms = new Map()
  for (const alarm of [...live.alarms.values()].filter((one) => !isSilent(one)).sort(byWorst)) {
    if (!alarms.has(alarm.area)) alarms.set(alarm.area, [])
    alarms.get(alarm.area).push(alarm)
  }
  const held = new Set(live.flags.filter(({ suppression }) => suppression).map(({ device }) => live.devices.get(device)?.area))
  return { alarms, held }
})

/** A dashed line from each root cause to the places it hit. */
function effects (views) {
  const at = (alarm) => views.find(({ area }) => area.id === alarm.area)
  return allBundles().filter(({ cause }) => cause && at(cause)).flatMap(({ cause, members }) => {
    const hit = new Set(members.map(at).filter((view) => view && view !== at(cause)))
    return [...hit].map((view) => effectLine(at(cause).box, view.box, cause.priority))
  })
}

const heading = () => s('text', { class: 'heading', x: 26, y: 31 }, headingWords())

function headingWords () {
  const blocks = [...live.areas.values()].filter((area) => area.kind === 'block')
  const households = [...live.areas.values()].reduce((sum, area) => sum + (area.households ?? 0), 0)
  return t('plan.heading', { blocks: blocks.length, households: number(households) })
}

const north = () => s('g', { class: 'north' },
  s('text', { x: 752, y: 31, 'text-anchor': 'end' }, t('plan.north')),
  s('path', { d: 'M776 8 784 36 776 29 768 36Z' }))
