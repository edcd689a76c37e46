// The pump rooms of a site, and what stands in each: tanks, pumps, gauges.
import { live } from '../../core/live.js'
import { valueOf } from '../../site/electric.js'

const inRoom = (room, kind) => [...live.devices.values()].filter((device) => device.area === room.id && device.class === kind)

/** Every place with a tank, a pump or a gauge of water in it: pump rooms, or what serves as one. */
export function rooms () {
  const wet = [...live.areas.values()].filter((area) => ['tank', 'pump'].some((kind) => inRoom(area, kind).length))
  const named = wet.filter((area) => area.kind === 'pump_room')
  return named.length ? named : wet
}

export const tanks = (room) => room ? inRoom(room, 'tank') : []
export const pumps = (room) => room ? inRoom(room, 'pump') : []
export const gauges = (room) => room ? inRoom(room, 'level_sensor') : []

export const isRunning = (pump) => valueOf(pump, 'running') > 0
/** The pump that carries the room: of those that run, the one that moves most. */
export const leadPump = (room) => [...pumps(room)].sort((a, b) => isRunning(b) - isRunning(a)
  || (valueOf(b, 'flow') ?? 0) - (valueOf(a, 'flow') ?? 0))[0]

/** The pits of the whole site: water rises in all of them at once. */
export const pits = () => [...live.devices.values()].filter((device) => device.class === 'sump')
