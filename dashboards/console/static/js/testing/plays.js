// Scenarios to play with one press, and how fast the simulated site lives.
import { h } from '../core/dom.js'
import * as api from '../core/api.js'
import { number } from '../core/format.js'
import { changed } from '../core/live.js'
import { say, t } from '../core/words.js'
import { lengthWords } from './injection.js'
import { act, bench } from './state.js'

const SPEEDS = [0, 1, 5, 20]
const view = { open: null, played: null }

export function plays () {
  return h('div', { class: 'part plays', 'data-key': 'plays' },
    h('header', { class: 'part-head' }, h('h2', { class: 't1' }, t('testing.scenarios')), h('span', { class: 't3' }, number(bench.scenarios.length))),
    bench.scenarios.length ? h('ol', {}, bench.scenarios.map(row)) : h('p', { class: 'hint t2' }, t('testing.no_scenarios')),
    h('div', { class: 'choice speed' }, h('span', { class: 't2' }, t('testing.speed')), SPEEDS.map((speed) => h('button',
      { class: 'button', type: 'button', 'aria-pressed': String(bench.board.clock.speed === speed), onclick: () => act(() => api.bench.speed(speed)) },
      speed ? `×${speed}` : t('testing.stand_still')))),
    bench.board.clock.speed !== 1 ? h('p', { class: 'hint t2' }, t('testing.speed_means')) : null)
}

/** What a play does is read before it is played: it may trip, flood and ring at once. */
function row (scenario) {
  const { name, title, about, about_text: words, length, incidents } = scenario
  const open = view.open === name
  const toggle = () => { view.open = open ? null : name; changed() }
  return h('li', { class: 'play', 'data-key': name },
    h('button', { class: 'name', type: 'button', 'aria-expanded': String(open), onclick: toggle }, h('span', { class: 't1' }, say(title) || about),
      view.played === name ? h('b', { class: 'broken' }, t('testing.played')) : null),
    open ? h('div', { class: 'about' }, h('p', { class: 't2' }, say(words) || about),
      h('p', { class: 't3' }, [t('testing.incidents', { count: incidents }), length ? lengthWords(length) : ''].filter(Boolean).join('　')),
      h('button', { class: 'button main', type: 'button', onclick: () => play(name) }, t('testing.play'))) : null)
}

async function play (name) {
  if (await act(() => api.bench.play(name))) Object.assign(view, { open: null, played: name })
  changed()
}
