// A rule in words: what it is called, which systems it watches, how long its times are.
import { age, number } from '../core/format.js'
import { derived, live } from '../core/live.js'
import { say, t } from '../core/words.js'

/** What is wrong, without the device: 启动失败. */
export const ruleTitle = (rule) => say(rule.text).replace('{device}', '').replace(/^[\s,:：，]+|[\s,:：，]+$/g, '') || rule.id

/** The same by id, for rules that may have gone. */
export const titleOfRule = (id) => live.rules.has(id) ? ruleTitle(live.rules.get(id)) : id

/** Why an alarm stands and what to do: at the level it has come to, or as its rule says. */
export function whyOf (alarm) {
  const rule = live.rules.get(alarm?.rule)
  return rule?.levels?.find((level) => level.id === alarm.level)?.why ?? rule?.why
}

export const nameOfDevice = (id) => say(live.devices.get(id)?.name) || id

/** 15 秒, 10 分, 2 天. */
export function duration (seconds) {
  if (seconds < 120 || seconds % 60) return t('span.seconds', { seconds: number(seconds, Number.isInteger(seconds) ? 0 : 1) })
  return seconds % 86400 ? age(seconds * 1000) : t('rule.days', { days: seconds / 86400 })
}

/** A shell-like pattern (`b07.*`) as a test. */
function like (pattern) {
  const parts = pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')
  return new RegExp(`^${parts}$`)
}

const PARTS = { class: 'class', system: 'system', area: 'area', device: 'id', profile: 'profile' }

const reach = derived(() => new Map([...live.rules.values()].map((rule) => {
  const asked = Object.entries(rule.for ?? {}).map(([part, pattern]) => [PARTS[part], like(pattern)])
  const devices = [...live.devices.values()].filter((device) => asked.every(([part, test]) => test.test(device[part])))
  return [rule.id, new Set(devices.map(({ system }) => system))]
})))

/** The systems whose devices it is for. */
export const systemsOf = (rule) => reach().get(rule.id) ?? new Set()

export const mayEdit = () => live.me.rights.includes('rule_edit')

/** A text on its way from one page to the next: a proposal to be edited or tried. */
const KEY = 'guanjia.proposal'
export const carry = (proposal) => sessionStorage.setItem(KEY, JSON.stringify(proposal))
export function carried () {
  const text = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  return text ? JSON.parse(text) : null
}
