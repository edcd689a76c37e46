// What this person has been told: how many they have not seen, and the newest of them. Opening a ticket sees what is about it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant } from '../core/clock.js'
import { since } from '../core/format.js'
import { live, takeNotice } from '../core/live.js'
import { say, t } from '../core/words.js'
import { isOpen, toggle } from './popup.js'

const NAME = 'notices'
const SHOWN = 30
/** A notice the server would not hear of is tried again after this time. */
const RETRY_MS = 10_000
const underWay = new Set()

const isUnseen = (notice) => notice.state !== 'seen'
/** Not seen first, each part newest first, as the server lists them. */
const byNews = (a, b) => isUnseen(b) - isUnseen(a) || instant(b.created_at) - instant(a.created_at)

/** A button with the count of what is unseen, the list below it. */
export function bell () {
  const notices = [...live.notices.values()].sort(byNews)
  const unseen = notices.filter(isUnseen)
  return h('div', { class: 'menu-place bell-place', 'data-key': 'bell' },
    h('button', { class: `bell ${unseen.length ? 't1' : 't3'}`, type: 'button', 'aria-expanded': String(isOpen(NAME)), 'aria-haspopup': 'true',
      onclick: () => toggle(NAME) }, t('notice.title'), unseen.length ? h('b', { class: 'count' }, String(unseen.length)) : null),
    isOpen(NAME) && list(notices.slice(0, SHOWN), unseen))
}

const list = (notices, unseen) => h('div', { class: 'menu notices', 'data-key': 'notices' },
  notices.length ? h('ol', {}, notices.map(row)) : h('p', { class: 't3' }, t('notice.none')),
  unseen.length ? h('p', { class: 'ends' }, h('button', { class: 'button', type: 'button', onclick: () => unseen.forEach(see) },
    t('notice.see_all'))) : null)

const row = (notice) => h('li', { 'data-key': notice.id }, h('a', { class: `notice ${isUnseen(notice) ? 'unseen t1' : 't3'}`,
  href: `/tickets/${encodeURIComponent(notice.ticket)}` }, h('span', {}, say(notice.text)),
  h('time', { class: 't3' }, since(instant(notice.created_at)))))

function see (notice) {
  if (underWay.has(notice.id)) return
  underWay.add(notice.id)
  api.seeNotice(notice.id).then((seen) => { underWay.delete(notice.id); takeNotice(seen) },
    () => setTimeout(() => underWay.delete(notice.id), RETRY_MS))
}

/** Whoever looks at a ticket has seen what they were told of it; a page nobody looks at sees nothing. */
export function seeAbout (ticket) {
  if (document.visibilityState !== 'visible') return
  for (const notice of live.notices.values()) if (notice.ticket === ticket && isUnseen(notice)) see(notice)
}
