// When more alarms come than a person can take in, the lists show the critical ones and what came first; the rest waits, counted.
import { live } from '../core/live.js'
import { number } from '../core/format.js'
import { t } from '../core/words.js'
import { PRIORITIES, isReturned } from '../draw/shape.js'
import { isFirstOut } from './marks.js'

/** Whether this screen shows all of a flood: somebody has asked it to. A new flood begins folded again. */
const choice = { all: false, flood: null }

export function isFolding () {
  if (choice.flood !== live.flood.since) Object.assign(choice, { all: false, flood: live.flood.since ?? null })
  return live.flood.active && !choice.all
}

export const showAll = (wanted) => { choice.all = wanted }

/** What a flood never folds away: the critical until they have ended; of what still stands a danger to life, the first of its group, what rose to high. */
const standsOut = (alarm) => alarm.priority === 'critical' || !isReturned(alarm.state)
  && (isFirstOut(alarm) || live.rules.get(alarm.rule)?.life_safety === true || (alarm.priority === 'high' && Boolean(alarm.level)))

/** The bundles as a flood leaves them: each cause and what stands out, `all` of each beside them; `spared` is shown in any case. */
export const folded = (bundles, spared = null) => bundles
  .map((bundle) => ({ ...bundle, all: bundle.members,
    members: bundle.members.filter((alarm) => alarm === bundle.cause || alarm.id === spared || standsOut(alarm)) }))
  .filter(({ members }) => members.length)

/** 其余 12 条：高 3、中 6、低 3, of the alarms that wait. */
export function restWords (rest) {
  const parts = PRIORITIES.map((priority) => [priority, rest.filter((alarm) => alarm.priority === priority).length]).filter(([, count]) => count)
    .map(([priority, count]) => t('wall.consequence', { name: t(`priority.${priority}`), count: number(count) }))
  return t('flood.rest_by', { count: number(rest.length), parts: parts.join(t('list.comma')) })
}
