// The wall: what is abnormal, where, since when, what to do first. Drawn for 1920 × 1080 and scaled to the screen; stacked on a phone.
import { renew } from '../core/dom.js'
import { drawLive, followSite, loadSite } from '../core/live.js'
import { lostNotice } from '../frame/lost.js'
import { pageLinks } from '../frame/menu.js'
import { openStage } from '../frame/stage.js'
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
  await followSite({ points: () => VALUES, notices: false })
  followLoad()
  startSound()
  const stage = openStage(root, 'wall')
  drawLive(() => {
    renew(stage, headline(), systemTiles(), planPanel(), alarmPanel(), ticketPanel(), loadPanel(), tankPanel(), parkingPanel(),
      chargerPanel(), pageLinks('wall'), lostNotice())
    announce()
  })
}
