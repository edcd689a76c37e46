// Who feeds whom in a substation: sections of transformer, incomer and feeders, read from what the site says of its supply.
import { live } from '../../core/live.js'

const CLASSES = ['power_meter', 'transformer_monitor']
const isElectric = (device) => CLASSES.includes(device?.class)
const electricIn = (area) => [...live.devices.values()].filter((device) => device.area === area.id && isElectric(device))

/** Places with a diagram of their own: substations, or wherever there are meters when the site has none. */
export function rooms () {
  const metered = [...live.areas.values()].filter((area) => electricIn(area).some((device) => device.system === 'power'))
  const substations = metered.filter((area) => area.kind === 'substation')
  return substations.length ? substations : metered
}

const fed = (device) => device.feeds.map((id) => live.devices.get(id)).filter(isElectric)

/**
 * The bus sections of a room: `[{transformer, incomer, feeders}]`. A section may lack its transformer or its incomer; meters nobody
 * feeds stand together in a last section without either.
 */
export function sections (room) {
  const members = electricIn(room)
  const heads = members.filter((device) => !device.fed_by.some((id) => members.includes(live.devices.get(id))))
  const found = heads.flatMap((head) => head.class === 'transformer_monitor'
    ? fed(head).length ? fed(head).map((incomer) => section(head, incomer)) : [section(head, null)]
    : fed(head).length ? [section(null, head)] : [])
  const alone = heads.filter((head) => head.class === 'power_meter' && !fed(head).length)
  return alone.length ? [...found, { transformer: null, incomer: null, feeders: alone }] : found
}

const section = (transformer, incomer) => ({ transformer, incomer, feeders: incomer ? fed(incomer) : [] })

export const devicesOf = (parts) => parts.flatMap(({ transformer, incomer, feeders }) => [transformer, incomer, ...feeders]).filter(Boolean)
