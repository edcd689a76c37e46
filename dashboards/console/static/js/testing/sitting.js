// The session: started with a name, stopped when done, printed for the file; and the sessions before it.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { instant, now } from '../core/clock.js'
import { age, clockTime, since } from '../core/format.js'
import { changed } from '../core/live.js'
import { t } from '../core/words.js'
import { bench, showSession, startSession, stopSession } from './state.js'

const VERDICTS = ['passed', 'failed', 'open', 'noted']
const view = { title: '' }

export function sitting () {
  const { account } = bench
  return h('div', { class: 'part sitting', 'data-key': 'sitting' }, account ? told(account) : fresh())
}

function fresh () {
  return [
    h('header', { class: 'part-head', 'data-key': 'head' }, h('h2', { class: 't1' }, t('testing.no_session'))),
    h('p', { class: 'hint t2', 'data-key': 'hint' }, t('testing.session_means')),
    h('form', { class: 'start', 'data-key': 'start', onsubmit: (event) => { event.preventDefault(); startSession(view.title) } },
      h('input', { class: 'field', maxlength: 200, placeholder: t('testing.title'), 'aria-label': t('testing.title'),
        oninput: (event) => { view.title = event.target.value } }),
      h('button', { class: 'button main', type: 'submit' }, t('testing.start'))),
    bench.sessions.length ? h('ol', { class: 'past', 'data-key': 'past' }, bench.sessions.slice(0, 8).map(past)) : null
  ]
}

const past = ({ number, title, started_at: at, started_by: by, injections }) => h('li', { 'data-key': String(number) },
  h('button', { type: 'button', onclick: () => showSession(number) },
    h('span', { class: 't1' }, nameOf({ number, title })),
    h('span', { class: 't3' }, [since(instant(at)), by, t('testing.injections', { count: injections })].join('　'))))

const nameOf = ({ number, title }) => title ? t('testing.session_titled', { number, title }) : t('testing.session', { number })

function told (account) {
  const running = !account.stopped_at
  const lasted = (running ? now() : instant(account.stopped_at)) - instant(account.started_at)
  return [
    h('header', { class: 'part-head', 'data-key': 'head' },
      h('h2', { class: 't1' }, nameOf(account)),
      running ? h('button', { class: 'button', type: 'button', onclick: stopSession }, t('testing.stop'))
        : h('button', { class: 'button', type: 'button', onclick: () => { bench.account = null; changed(); showSession(null) } }, t('close'))),
    h('p', { class: 'session-facts t2', 'data-key': 'facts' }, [t('since', { time: clockTime(instant(account.started_at)) }), age(lasted),
      account.started_by].join('　')),
    h('p', { class: 'verdicts', 'data-key': 'verdicts' }, VERDICTS.map((verdict) => h('span', { class: account.verdicts[verdict] ? 't1' : 't3' },
      t(`testing.verdict.${verdict}`), h('b', {}, ` ${account.verdicts[verdict]}`)))),
    h('p', { class: 'files', 'data-key': 'files' },
      h('a', { class: 'button', href: api.bench.file(account.number, 'report'), download: true }, t('testing.report')),
      h('a', { class: 'button', href: api.bench.file(account.number, 'scenario'), download: true }, t('testing.draft')))
  ]
}
