// The alarm desk: find, see, acknowledge, set aside, and walk back to the register.
import { h } from '../core/dom.js'
import { changed, followSite, loadSite } from '../core/live.js'
import { t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { alarmsToday } from '../site/details.js'
import { drawer, showDrawer } from './drawer.js'
import { filterBar } from './filters.js'
import { floodBanner } from './flood_banner.js'
import { list, walk } from './list.js'
import { requestsBanner } from './removal.js'
import { desk, select } from './state.js'

export async function open (root) {
  await loadSite()
  await followSite()
  readAddress()
  if (new URLSearchParams(location.search).get('view') === 'requested') desk.view = 'requested'
  addEventListener('hashchange', readAddress)
  addEventListener('keydown', steer)
  drawDesk(root, 'alarms', () => [requestsBanner(), filterBar(), floodBanner(),
    h('div', { class: `alarm-desk ${desk.selected ? 'with-drawer' : ''}`, 'data-key': 'desk' }, list(), desk.selected ? drawer() : null)],
    () => [alarmsToday() === null ? '' : t('alarms.today', { count: alarmsToday() })])
  if (desk.selected) requestAnimationFrame(showDrawer)
}

function readAddress () {
  const id = decodeURIComponent(location.hash.slice(1))
  if (id) select(id)
  changed()
}

/** Arrow keys walk the list, Enter goes to the comment, Escape closes what is open, a slash starts a search. */
function steer (event) {
  const typing = event.target.matches('input, textarea, select')
  if (event.key === 'Escape') {
    if (desk.shelving || desk.removal) Object.assign(desk, { shelving: null, removal: null })
    else select(null)
    event.target.blur?.()
    return changed()
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === '/') { event.preventDefault(); document.querySelector('.search').focus() }
  if (event.key === 'Enter' && desk.selected && event.target === document.body) document.querySelector('.act-row .field')?.focus()
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault()
    walk(event.key === 'ArrowDown' ? 1 : -1)
  }
}
