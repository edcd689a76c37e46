// Which device the side panel speaks of: the one somebody chose, kept in the address, else the worst.
import { changed, live } from '../core/live.js'
import { byWorst, isActive, isSilent } from '../site/alarms.js'
import { worstOf } from '../site/devices.js'

const chosen = () => live.devices.get(decodeURIComponent(location.hash.slice(1)))

/** What the panel shows while nothing is wrong and nobody has chosen: the first answer stands, for things never move by themselves. */
let steady = null

/** The chosen device if it is one of `devices`, else the one with the worst alarm, else `otherwise` as it was at first. */
export function selected (devices, otherwise = null) {
  const own = chosen()
  if (own && devices.includes(own)) return own
  const ids = new Set(devices.map((device) => device.id))
  const worst = [...live.alarms.values()].filter((alarm) => !isSilent(alarm) && ids.has(alarm.device)).sort(byWorst)[0]
  steady ??= otherwise?.id
  return live.devices.get(worst?.device ?? steady) ?? null
}

function select (device) {
  history.replaceState(null, '', `#${encodeURIComponent(device.id)}`)
  changed()
  document.querySelector('.side')?.scrollIntoView({ block: 'nearest' })
}

/** What makes a drawn device a button that turns the side panel to it, in the colour of its alarm. */
export const choosable = (device, picked, name) => ({ class: `${name} ${alarmClass(device)}`, type: 'button', 'data-key': device.id,
  'aria-pressed': String(device === picked), onclick: () => select(device) })

/** `abnormal high` while a device has an alarm that stands. */
export function alarmClass (device) {
  const alarm = worstOf(device)
  return alarm && isActive(alarm) ? `abnormal ${alarm.priority}` : ''
}
