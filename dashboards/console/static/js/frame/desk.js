// The frame of every desk page: where one is, who one is, what time it is; on a phone the pages move to the thumb.
import { h, renew } from '../core/dom.js'
import { now } from '../core/clock.js'
import { clockTime } from '../core/format.js'
import { drawLive, live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { bell } from './bell.js'
import { lostNotice } from './lost.js'
import { menuButton, pageLinks } from './menu.js'
import { announce, soundNotice, startSound } from './sound.js'

/** Draw `content()` inside the frame now and whenever something changes. `facts()` are a few words for the head of the page. */
export function drawDesk (root, here, content, facts = () => []) {
  const main = h('main', { class: `desk ${here}` })
  const head = h('header', { class: 'desk-head' })
  const lost = h('div', {})
  root.append(head, main, lost)
  startSound()
  drawLive(() => {
    document.title = `${t(`page.${here}`)} · ${say(live.site.name)}`
    renew(head, ...headParts(here, facts()))
    renew(main, content())
    renew(lost, lostNotice())
    announce()
  })
}

const headParts = (here, facts) => [
  h('a', { class: 'brand t1', href: '/wall' }, t('brand')),
  pageLinks(here),
  h('p', { class: 'head-facts t2' }, facts.map((fact) => h('span', {}, fact))),
  bell(),
  here === 'alarms' ? soundNotice() : null,
  menuButton(h('span', { class: 'who t2' }, live.me.display ?? live.me.name)),
  h('time', { class: 'desk-clock t1' }, clockTime(now()))
]
