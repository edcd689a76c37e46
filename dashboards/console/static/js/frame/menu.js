// Settings of this screen: language, theme, sound; and the way to the other pages from the wall, which shows no navigation of its own.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { changed, live } from '../core/live.js'
import { setTheme, themeChoice } from '../core/theme.js'
import { language, setLanguage, t } from '../core/words.js'
import { setSound, soundWanted } from './sound.js'

export const PAGES = [['/wall', 'page.wall'], ['/alarms', 'page.alarms'], ['/tickets', 'page.tickets'], ['/devices', 'page.devices'],
  ['/energy', 'page.energy']]
const THEMES = ['auto', 'night', 'day']
const LANGUAGE_NAMES = { zh: '中文', en: 'English' }
let open = false

const toggle = (wanted) => { open = wanted; changed() }

/** A button around `face` that opens the menu below it. */
export const menuButton = (face) => h('div', { class: 'menu-place' },
  h('button', { class: 'menu-button', type: 'button', 'aria-expanded': String(open), 'aria-haspopup': 'true',
    onclick: () => toggle(!open) }, face),
  open && menu())

const menu = () => h('div', { class: 'menu', 'data-key': 'menu', onkeydown: (event) => { if (event.key === 'Escape') toggle(false) } },
  h('nav', {}, PAGES.map(([path, words]) => h('a', { href: path }, t(words)))),
  choice(t('menu.language'), settings().languages.map((code) => [LANGUAGE_NAMES[code], code === language(), () => setLanguage(code)])),
  choice(t('menu.theme'), THEMES.map((theme) => [t(`theme.${theme}`), themeChoice() === theme, () => { setTheme(theme); changed() }])),
  choice(t('menu.sound'), [true, false].map((wanted) => [t(wanted ? 'sound.on' : 'sound.off'), soundWanted() === wanted,
    () => { setSound(wanted); changed() }])),
  h('p', {}, h('span', { class: 't3' }, live.me.display ?? live.me.name),
    h('button', { class: 'button', type: 'button', onclick: leave }, t('menu.log_out'))))

const choice = (label, options) => h('p', {}, h('span', { class: 't3' }, label),
  h('span', { class: 'choice' }, options.map(([words, chosen, choose]) => h('button',
    { class: 'button', type: 'button', 'aria-pressed': String(chosen), onclick: choose }, words))))

const settings = () => JSON.parse(document.documentElement.dataset.settings)

async function leave () {
  await api.logOut().catch(() => {})
  api.toLogin()
}
