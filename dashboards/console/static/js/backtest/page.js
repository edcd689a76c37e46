// What came of one run: now beside proposed, in plain words first.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant } from '../core/clock.js'
import { since } from '../core/format.js'
import { changed, followSite, loadSite } from '../core/live.js'
import { said, translated } from '../core/said.js'
import { t } from '../core/words.js'
import { progressBar } from '../backtests/progress.js'
import { isOver, periodOf, titleOfRun } from '../backtests/runs.js'
import { drawDesk } from '../frame/desk.js'
import { bookTabs } from '../frame/tabs.js'
import { personName } from '../site/people.js'
import { carry, mayEdit } from '../site/rules.js'
import { comparison, verdict } from './comparison.js'
import { differences } from './differences.js'
import { byAlarm, footnotes, missed } from './parts.js'
import { suggestionPart } from './suggestion.js'
import { timeline } from './timeline.js'

const id = decodeURIComponent(location.pathname.split('/').at(-1))
const view = { job: null, problem: '' }
const OFTEN_MS = 1000

export async function open (root) {
  await loadSite()
  await followSite()
  follow()
  drawDesk(root, 'backtest', content)
}

/** Once a second until it is over. */
async function follow () {
  try {
    view.job = await api.backtest(id)
    view.problem = ''
  } catch (error) {
    view.problem = error.status === 404 ? t('backtest.unknown') : said(error)
  }
  changed()
  if (!view.job || !isOver(view.job)) setTimeout(follow, OFTEN_MS)
}

function content () {
  const { job } = view
  if (!job) return [bookTabs('backtest'), h('p', { class: 'nothing t2', 'data-key': 'none' }, view.problem || t('loading'))]
  return [bookTabs('backtest'), head(job), isOver(job) ? null : running(job), job.error ? h('p', { class: 'panel part t1', 'data-key': 'error', role: 'alert' }, translated(job.error) ?? job.error) : null,
    job.result ? resultOf(job) : null]
}

const head = ({ question, by, asked_at: at, state, result }) => h('section', { class: 'backtest-head', 'data-key': 'head' },
  h('h1', { class: 't1' }, titleOfRun(question)),
  h('p', { class: 't2' }, h('span', {}, periodOf(question)), h('span', {}, `${personName(by)} ${since(instant(at))}`), h('span', {}, t(`backtest.state.${state}`))),
  result && question.yaml && mayEdit() ? h('button', { class: 'button', type: 'button', onclick: () => adopt(question) }, t('backtest.adopt')) : null)

/** The proposal goes on to the editor, where it is confirmed like any other. */
function adopt ({ rule, yaml }) {
  carry({ rule, yaml, comment: t('backtest.comment', { id }) })
  location.assign(rule ? `/rules/${encodeURIComponent(rule)}/edit` : '/new-rule')
}

const running = (job) => h('section', { class: 'panel part', 'data-key': 'running' }, h('p', { class: 't2' }, t('backtest.running_means')),
  progressBar(job, mayEdit() ? () => api.cancelBacktest(id).then((ended) => { view.job = { ...view.job, ...ended }; changed() }, () => {}) : null))

function resultOf ({ question, result }) {
  if (question.suggest) return suggestionPart(result, question)
  return [verdict(result), missed(result), h('div', { class: 'result-grid', 'data-key': 'grid' }, comparison(result), byAlarm(result)), timeline(result), differences(result), footnotes(result)]
}
