// The wall: what is abnormal, where, since when, what to do first. Drawn for 1920 × 1080 and scaled to the screen; stacked on a phone.
import { h, renew } from '../core/dom.js'
import { drawLive, followSite, loadSite } from '../core/live.js'
import { lostNotice } from '../frame/lost.js'
import { announce, startSound } from '../frame/sound.js'
import { alarmPanel } from './alarms.js'
import { chargerPanel, parkingPanel, tankPanel } from './gauges.js'
import { headline } from './headline.js'
import { followLoad, loadPanel } from './load.js'
import { planPanel } from './plan.js'
import { systemTiles } from './systems.js'
import { ticketPanel } from './tickets.js'

const VALUES = [
  { class: 'tank' }, { class: 'parking_barrier' }, { class: 'ev_charger', q: 'active_power' },
  { class: 'pump', q: 'discharge_pressure' }, { class: 'gas_detector', q: 'gas_concentration' }
]

export async function open (root) {
  await loadSite()
  await followSite({ points: () => VALUES, stream: { systems: 'water,parking,charging,gas' } })
  followLoad()
  startSound()
  const stage = h('main', { class: 'wall' })
  root.append(stage)
  scale(stage)
  addEventListener('resize', () => scale(stage))
  drawLive(() => {
    renew(stage, headline(), systemTiles(), planPanel(), alarmPanel(), ticketPanel(), loadPanel(), tankPanel(), parkingPanel(),
      chargerPanel(), lostNotice())
    announce()
  })
}

/** The grid is in the wall's own pixels; another screen shows the same picture larger or smaller. */
function scale (stage) {
  const factor = Math.min(innerWidth / 1920, innerHeight / 1080)
  stage.style.setProperty('--scale', factor)
  stage.style.setProperty('--left', `${(innerWidth - 1920 * factor) / 2}px`)
  stage.style.setProperty('--top', `${(innerHeight - 1080 * factor) / 2}px`)
}
