// Trying a rule on the past: which rule, as it reads now or as proposed, over which days; and the runs so far.
import { h } from '../core/dom.js'
import { followSite, live, loadSite } from '../core/live.js'
import { t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { mayEdit } from '../site/rules.js'
import { formPart, openForm } from './form.js'
import { runs, followRuns } from './runs.js'

export async function open (root) {
  await loadSite()
  await followSite()
  openForm()
  followRuns()
  drawDesk(root, 'backtests', () => [bookTabs('backtests'),
    h('div', { class: 'backtest-grid', 'data-key': 'grid' }, mayEdit() ? formPart() : h('p', { class: 'panel part t2' }, t('backtest.only_reading')), runs())],
  () => [t('rules.count', { count: live.rules.size })])
}
