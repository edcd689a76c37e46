// The tester's cockpit: break something on the left, see what is broken in the middle, and what came of it on the right.
import { h } from '../core/dom.js'
import { changed, followSite, live, loadSite } from '../core/live.js'
import { number, secondTime } from '../core/format.js'
import { t } from '../core/words.js'
import { drawDesk } from '../frame/desk.js'
import { brokenNow } from './active.js'
import { finder } from './devices.js'
import { machine } from './machine.js'
import { outcome } from './outcome.js'
import { plays } from './plays.js'
import { sitting } from './sitting.js'
import { bench, choose, followBench, openBench } from './state.js'
import { wires } from './wires.js'

export async function open (root) {
  await loadSite()
  await followSite()
  if (mayTest()) {
    await openBench()
    followBench()
    addEventListener('keydown', steer)
  }
  drawDesk(root, 'testing', content, facts)
}

const mayTest = () => live.me.rights.includes('test')

function facts () {
  if (!bench.board) return []
  const { site_time: time, speed } = bench.board.clock
  return [t('testing.site_time', { time: secondTime(time * 1000 + (Date.now() - bench.fetchedAt) * speed), speed: number(speed, speed % 1 ? 1 : 0) })]
}

function content () {
  if (!mayTest()) return alone(t('testing.only_testers'))
  if (bench.missing) return [...alone(t('testing.no_simulators')), h('p', { class: 'why t3', 'data-key': 'why' }, bench.missing)]
  if (!bench.board) return alone(bench.problem || t('loading'))
  return [
    bench.problem ? h('p', { class: 'bench-problem t1', role: 'alert', 'data-key': 'problem' }, h('span', {}, bench.problem),
      h('button', { class: 'link', type: 'button', onclick: () => { bench.problem = ''; changed() } }, t('close'))) : null,
    h('div', { class: 'bench', 'data-key': 'bench' },
      h('section', { class: 'panel hand', 'aria-label': t('testing.devices') }, bench.wanted ? machine() : finder()),
      h('section', { class: 'panel now', 'aria-label': t('testing.now') }, brokenNow(), wires(), plays()),
      h('section', { class: 'panel came', 'aria-label': t('testing.came') }, sitting(), outcome()))
  ]
}

const alone = (words) => [h('p', { class: 'nothing t2', 'data-key': 'alone' }, words)]

/** A slash starts a search, arrows walk the list in hand, Escape steps back. */
function steer (event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const typing = event.target.matches('input, textarea, select')
  if (event.key === 'Escape') {
    if (bench.wanted) choose(null).then(() => document.querySelector('.finder .search')?.focus())
    event.target.blur?.()
  } else if (event.key === '/' && !typing) {
    event.preventDefault()
    const search = document.querySelector('.finder .search')
    // Where it stands already, at once: whoever types on would lose the first letters.
    search ? search.focus() : choose(null).then(() => requestAnimationFrame(() => document.querySelector('.finder .search')?.focus()))
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    if (event.target.matches('select, textarea, input[type=range]')) return
    const picks = [...document.querySelectorAll('.hand .pick')]
    if (!picks.length) return
    event.preventDefault()
    const here = picks.indexOf(document.activeElement)
    picks[Math.min(picks.length - 1, Math.max(0, here + (event.key === 'ArrowDown' ? 1 : -1)))].focus()
  }
}
