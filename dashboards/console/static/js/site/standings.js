// What is set aside, in words: which alarm of which device, by whom or by what, until when, why.
import { instant } from '../core/clock.js'
import { dueTime, since } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { ASIDE, titleOf } from './alarms.js'
import { personName } from './people.js'

export const kindOf = (standing) => ASIDE.find((kind) => standing.flags.includes(kind))

/** What it is chosen by: its occurrence where it has one. */
export const keyOf = (standing) => standing.occurrence ?? `${standing.rule}@${standing.device}`

/** What keeps it quiet, or asks that it be. */
export const heldOf = (standing) => standing.shelving ?? standing.suppression ?? standing.out_of_service ?? standing.request

const nameOf = (device) => say(live.devices.get(device)?.name) || device

/** What a rule says is wrong, without the device: 失电. */
const symptomOf = (rule) => say(live.rules.get(rule)?.text).replace('{device}', '').replace(/^[\s,:：，]+|[\s,:：，]+$/g, '') || rule

/** 7号楼 1#梯 失电. */
export const standingTitle = ({ device, rule }) => t('alarm.title', { where: nameOf(device), what: symptomOf(rule) })

/** What holds back a suppressed alarm: `{words, id}`, `id` of the alarm that stands, if it does. Null for all others. */
export function causeOf (standing) {
  const by = standing.suppression?.by
  if (!by) return null
  const alarm = live.alarms.get(by) ?? [...live.alarms.values()].find(({ rule, device }) => `${rule}@${device}` === by)
  if (alarm) return { words: t('alarm.title', titleOf(alarm, live)), id: alarm.id }
  const [rule, device] = by.split('@')
  return { words: device ? standingTitle({ rule, device }) : standing.suppression.reason, id: null }
}

/** 搁置至 23:58，李强; 因 2D5 跳闸 抑制; 停用至 1月16日 08:00，李强. */
export function heldWords (standing) {
  const held = heldOf(standing)
  if (standing.out_of_service?.until && held === standing.out_of_service) {
    return t('alarms.out_until', { time: dueTime(instant(held.until)), who: personName(held.by) })
  }
  if (standing.shelving) return t('alarms.shelved_until', { time: since(instant(held.until)), who: personName(held.by) })
  if (held === standing.request) return t('mark.requested')
  const cause = causeOf(standing)
  return cause ? t('alarms.because', { what: cause.words }) : t('alarms.out_by', { who: personName(held.by) })
}

/** Why somebody set it aside; a design's reason is the cause itself. */
export const reasonOf = (standing) => standing.suppression ? '' : heldOf(standing).reason
