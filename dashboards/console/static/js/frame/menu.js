// Settings of this screen: language, theme, sound; and the way to the other pages from the wall, which shows no navigation of its own.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { changed, live } from '../core/live.js'
import { setTheme, themeChoice } from '../core/theme.js'
import { language, setLanguage, t } from '../core/words.js'
import { requestsForMe } from '../site/marks.js'
import { isOpen, toggle } from './popup.js'
import { setSound, soundWanted } from './sound.js'

const PAGES = [['/wall', 'page.wall'], ['/alarms', 'page.alarms'], ['/tickets', 'page.tickets'], ['/systems', 'page.system'],
  ['/energy', 'page.energy'], ['/rules', 'page.rules']]
/** Shown to those who may break what is simulated. */
const TESTING = ['/testing', 'page.testing']
/** A single thing belongs to the page its kind is listed on; devices are reached through their system. */
const WITHIN = { ticket: 'tickets', system: 'systems', devices: 'systems', device: 'systems', rule: 'rules', editor: 'rules',
  backtests: 'rules', backtest: 'rules', figures: 'rules' }
const THEMES = ['auto', 'night', 'day']
const LANGUAGE_NAMES = { zh: '中文', en: 'English' }
const NAME = 'menu'

const pages = () => live.me.rights.includes('test') ? [...PAGES, TESTING] : PAGES

/** The pages side by side, the one we are on marked. */
export const pageLinks = (here) => h('nav', { class: 'pages', 'data-key': 'pages' }, pages().map(([path, words]) => h('a',
  { href: path, 'aria-current': path === `/${WITHIN[here] ?? here}` ? 'page' : null }, t(words), path === '/alarms' ? requestCount() : null)))

/** How many requests wait for the reader's approval; they are answered on the alarm desk. */
function requestCount () {
  const waiting = requestsForMe().length
  return waiting ? h('b', { class: 'count', title: t('request.waiting', { count: waiting }) }, String(waiting)) : null
}

/** A button around `face` that opens the menu below it. */
export const menuButton = (face) => h('div', { class: 'menu-place' },
  h('button', { class: 'menu-button', type: 'button', 'aria-expanded': String(isOpen(NAME)), 'aria-haspopup': 'true',
    onclick: () => toggle(NAME) }, face),
  isOpen(NAME) && menu())

const menu = () => h('div', { class: 'menu', 'data-key': 'menu' },
  h('nav', {}, [...pages(), ['/devices', 'page.devices']].map(([path, words]) => h('a', { href: path }, t(words)))),
  choice(t('menu.language'), settings().languages.map((code) => [LANGUAGE_NAMES[code], code === language(), () => setLanguage(code)])),
  choice(t('menu.theme'), THEMES.map((theme) => [t(`theme.${theme}`), themeChoice() === theme, () => { setTheme(theme); changed() }])),
  themeChoice() === 'auto' ? h('p', { class: 't3 rule' }, t('theme.rule')) : null,
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
