// Which period the figures are of, their two answers, and the suggestions being worked out.
import * as api from '../core/api.js'
import { now, siteDay } from '../core/clock.js'
import { archiveDate } from '../core/format.js'
import { changed } from '../core/live.js'
import { said } from '../core/said.js'

const DAY = 86_400_000
const OFTEN_MS = 1000
export const PERIODS = [1, 7, 30, 90]
export const view = { days: 30, own: null, kpis: undefined, review: undefined, problem: '', jobs: new Map() }

/** Up to now; or whole days of one's own, the last one included. */
export function period () {
  if (!view.own) return { start: now() - view.days * DAY, end: now() }
  const noon = (day) => Date.parse(`${day}T12:00:00Z`)
  return { start: siteDay(noon(view.own.start)), end: Math.min(now(), siteDay(noon(view.own.end), 1)) }
}

export const ownPeriod = () => ({ start: archiveDate(now() - 7 * DAY), end: archiveDate(now()) })

export async function load () {
  Object.assign(view, { kpis: undefined, review: undefined, problem: '' })
  changed()
  const { start, end } = period()
  const asked = `${view.days} ${JSON.stringify(view.own)}`
  const fill = async (part, question) => {
    try {
      const answer = await question
      if (asked === `${view.days} ${JSON.stringify(view.own)}`) view[part] = answer
    } catch (error) {
      view[part] = null
      view.problem = said(error)
    }
    changed()
  }
  await Promise.all([fill('kpis', api.alarmFigures(start, end)), fill('review', api.rationalisation(start, end))])
}

export const keyOf = ({ rule, device }) => `${rule}@${device}`

/** Have a better delay or deadband looked for and proved on this period; followed until it is over. */
export async function suggestFor (actor) {
  const { start, end } = period()
  try {
    follow(keyOf(actor), await api.suggest({ rule: actor.rule, start: new Date(start).toISOString(), end: new Date(end).toISOString() }))
  } catch (error) {
    view.jobs.set(keyOf(actor), { state: 'failed', error: said(error) })
    changed()
  }
}

function follow (key, job) {
  view.jobs.set(key, job)
  changed()
  if (!['queued', 'running'].includes(job.state)) return
  setTimeout(() => api.backtest(job.id).then((next) => follow(key, next), (error) => {
    if (error.status === 0) follow(key, job)
    else follow(key, { ...job, state: 'failed', error: said(error) })
  }), OFTEN_MS)
}
