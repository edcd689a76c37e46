// Below the head of the pages about rules: the book, trying changes on the past, and the figures of what it makes.
import { h } from '../core/dom.js'
import { t } from '../core/words.js'

const TABS = [['/rules', 'rules', ['rules', 'rule', 'editor']], ['/backtests', 'backtests', ['backtests', 'backtest']],
  ['/figures', 'figures', ['figures']]]

export const bookTabs = (here, ...aside) => h('nav', { class: 'tabs', 'data-key': 'tabs' }, TABS.map(([path, words, within]) => h('a',
  { href: path, 'aria-current': within.includes(here) ? 'page' : null }, t(`page.${words}`))), h('span', { class: 'push' }), aside)
