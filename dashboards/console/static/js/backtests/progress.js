// How far a run is, how long it will still take, and the way to end it.
import { h } from '../core/dom.js'
import { left, number, THIN } from '../core/format.js'
import { t } from '../core/words.js'

export function progressBar (job, cancel = null) {
  const share = number(job.progress * 100)
  const words = job.state === 'queued' ? t('backtest.state.queued') : [`${share}${THIN}%`, job.eta_s === null ? '' : t('trace.left', { time: left(job.eta_s * 1000) })].filter(Boolean).join('  ')
  return h('div', { class: 'progress', 'data-key': 'progress' }, h('span', { class: 'bar', role: 'progressbar', 'aria-valuenow': share, 'aria-valuemin': '0', 'aria-valuemax': '100' },
    h('i', { style: { width: `${job.progress * 100}%` } })), h('span', { class: 't1' }, words),
  cancel ? h('button', { class: 'button', type: 'button', onclick: (event) => { event.preventDefault(); cancel() } }, t('backtest.cancel')) : null)
}
