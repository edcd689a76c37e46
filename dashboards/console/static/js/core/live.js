// What the site is like now, as one object every page draws from. Filled once, then kept by the stream.
import * as api from './api.js'
import { openLink } from './link.js'
import { setTimezone } from './clock.js'

export const live = {
  me: null, site: null, areas: new Map(), rules: new Map(), people: new Map(), devices: new Map(), points: new Map(),
  alarms: new Map(), flags: [], tickets: new Map(), notices: new Map(), link: { lost: false },
  /** Whether more alarms come than a person can take in: `{active, since, count, peak}`. */
  flood: { active: false },
  /** When each device last answered: values that did not change are not sent again. */
  answered: new Map(),
  /** Counts what has happened to alarms, so that what was derived from them is asked again. */
  alarmChanges: 0,
  /** Counts every change but that of readings. */
  revision: 0
}

const listeners = new Set()
let due = false
const drawing = { endedAt: 0, tookMs: 0 }
/** A drawing is followed by this many times as long without one: in a storm of events the page still listens to a hand. */
const REST = 3

/** Tell every page that something changed: at most once per frame, however many events came, and seldomer where drawing takes long. */
export function changed () {
  if (due) return
  due = true
  const rest = drawing.endedAt + REST * drawing.tookMs - performance.now()
  if (rest > FRAME_MS) setTimeout(() => requestAnimationFrame(draw), rest)
  else requestAnimationFrame(draw)
}
const FRAME_MS = 16

/** Whoever touches the page is answered at once. */
for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, () => { drawing.tookMs = 0 }, { capture: true, passive: true })

function draw () {
  due = false
  const began = performance.now()
  for (const listener of listeners) listener()
  drawing.endedAt = performance.now()
  drawing.tookMs = drawing.endedAt - began
}

/** What follows from the lists at hand, worked out once after each change of them, however often it is drawn. */
export function derived (compute) {
  let at = -1
  let value
  return () => {
    if (at !== live.revision) { value = compute(); at = live.revision }
    return value
  }
}

/** Calls `draw` now, at every change, and once a second for the clocks. */
export function drawLive (draw) {
  listeners.add(draw)
  setInterval(changed, 1000)
  changed()
}

/** Load who and where we are; every page needs it. */
export async function loadSite () {
  const [me, site, rules, people] = await Promise.all([api.me(), api.site(), api.rules(), api.roster()])
  Object.assign(live, { me, site, areas: byId(site.areas), rules: byId(rules), people: byId(people) })
  setTimezone(site.timezone)
}

/** The rule book has changed. */
async function readRules () {
  live.rules = byId(await api.rules())
  live.revision += 1
  changed()
}

const byId = (items) => new Map(items.map((item) => [item.id, item]))

/** What was heard while each question was on its way. */
const underWay = new Set()

/** Something happened: true now, and truer than the answer to a question asked before it. */
function happened (event, counts = true) {
  event()
  if (counts) live.revision += 1
  for (const since of underWay) since.push(event)
}

/**
 * Put the answer to a question in place. What was heard meanwhile is put on top again: the answer may have been given before it happened,
 * and would otherwise hide a new alarm until the next one.
 */
async function fillFrom (question, place) {
  const since = []
  underWay.add(since)
  try {
    place(await question())
    for (const event of since) event()
    live.revision += 1
  } finally {
    underWay.delete(since)
  }
}

const standings = (notices) => Promise.all([api.devices(), api.alarms({ active: true }), api.flags(), api.tickets({ open: true }),
  notices ? api.notices() : [], api.flood()])

const placeStandings = ([devices, alarms, flags, tickets, notices, flood]) =>
  Object.assign(live, { devices: byId(devices), alarms: byId(alarms), flags, tickets: byId(tickets), notices: byId(notices), flood })

/**
 * Keep alarms, tickets and connections up to date, and the last values of `points()` (filters for `/points`, asked once the devices are
 * known), if a page shows any. `stream` narrows the readings that come: by default to the devices of these points, for the stream speaks of
 * whole devices. Everything is fetched anew after the server was away, for events may have been missed. A page that does not show the
 * person's `notices` does not take them: what was taken counts as told.
 */
export async function followSite ({ points = () => [], stream = null, notices = true, onTicket = () => {} } = {}) {
  const load = async () => {
    await fillFrom(() => standings(notices), placeStandings)
    const filters = await points()
    await fillFrom(() => Promise.all(filters.map(api.points)), (lists) => { live.points = byId(lists.flat()) })
    changed()
  }
  await load().catch(unlessUnreachable)
  openLink({
    hear: (kind, data) => {
      happened(() => HEARD[kind](data), kind !== 'readings')
      if (kind === 'ticket') onTicket(data)
      changed()
    },
    back: load,
    change: (link) => { live.link = link; document.documentElement.classList.toggle('lost', link.lost); changed() },
    filter: { ...stream ?? shownDevices(), notices: notices ? 'mine' : 'none' }
  })
}

/** The readings a page can use: of the devices whose points it fetched. */
function shownDevices () {
  const devices = new Set([...live.points.values()].map((point) => point.device))
  return devices.size ? { devices: [...devices].join(',') } : { readings: 'none' }
}

/** No answer at all is the line's business, which says so and tries again; anything else is a mistake. */
function unlessUnreachable (error) {
  if (error.status !== 0) throw error
}

const HEARD = {
  readings: ({ items, devices }) => {
    for (const item of items) if (live.points.has(item.id)) live.points.set(item.id, { ...live.points.get(item.id), ...item })
    for (const [device, at] of Object.entries(devices ?? {})) live.answered.set(device, at)
  },
  alarm: ({ occurrence, standing }) => {
    live.alarmChanges += 1
    if (occurrence) keepAlarm(occurrence)
    if (standing) takeStanding(standing)
  },
  ticket: (data) => keepTicket(data.ticket ?? data),
  notice: (notice) => live.notices.set(notice.id, notice),
  flood: (flood) => { live.flood = flood },
  rules: () => { readRules().catch(unlessUnreachable) },
  link: ({ device, ...connection }) => {
    const known = live.devices.get(device)
    if (known) live.devices.set(device, { ...known, connection })
  }
}

/** The answer to an act of one's own is an event like any other. */
export const takeAlarm = (alarm) => happened(() => keepAlarm(alarm))
export const takeService = (standing) => happened(() => takeStanding(standing))
export const takeTicket = (ticket) => happened(() => keepTicket(ticket))

export function takeNotice (notice) {
  happened(() => live.notices.set(notice.id, notice))
  changed()
}

function keepAlarm (alarm) {
  if (alarm.ended_at || alarm.state === 'normal') live.alarms.delete(alarm.id)
  else live.alarms.set(alarm.id, alarm)
}

function takeStanding (standing) {
  const before = live.flags.findIndex(({ rule, device }) => rule === standing.rule && device === standing.device)
  const stays = standing.request || standing.flags.some((flag) => flag !== 'latched')
  if (before < 0 && !stays) return
  live.flags = [...live.flags.filter((_, index) => index !== before), ...stays ? [standing] : []]
}

function keepTicket (ticket) {
  if (ticket.state === 'closed' || ticket.state === 'cancelled') live.tickets.delete(ticket.id)
  else live.tickets.set(ticket.id, ticket)
}
