// What came: for every injection the alarms promised and those that came, each with its seconds, its ticket and the verdict.
import { h } from '../core/dom.js'
import { instant, now } from '../core/clock.js'
import { secondTime } from '../core/format.js'
import { live } from '../core/live.js'
import { say, t } from '../core/words.js'
import { shape } from '../draw/shape.js'
import { personName } from '../site/people.js'
import { withoutPlace } from '../site/alarms.js'
import { nameOf } from './active.js'
import { lengthWords, ruleWords } from './injection.js'
import { bench } from './state.js'

/** Rows of one injection before they are counted instead. */
const MOST = 8

export function outcome () {
  const { account } = bench
  if (!account) return null
  const injections = [...account.items].reverse()
  return [
    injections.length ? h('ol', { class: 'outcomes', 'data-key': 'outcomes' }, injections.map(card))
      : h('p', { class: 'hint t2', 'data-key': 'nothing' }, t(account.stopped_at ? 'testing.nothing_injected' : 'testing.inject_something')),
    account.others.length ? h('details', { class: 'others', 'data-key': 'others' }, h('summary', { class: 't2' },
      t('testing.others', { count: account.others.length })), h('ul', {}, account.others.slice(-20).reverse().map((came) => cameRow(came, null)))) : null
  ]
}

function card (injection) {
  const shouted = injection.came.filter((came) => !came.folded)
  const folded = injection.came.length - shouted.length
  const more = shouted.length + injection.missing.length - MOST
  return h('li', { class: `outcome ${injection.verdict}`, 'data-key': String(injection.id) },
    h('header', {}, h('div', {}, h('b', { class: 't1' }, say(injection.name)), h('span', { class: 't2' }, nameOf(injection))),
      h('span', { class: 'verdict' }, t(`testing.verdict.${injection.verdict}`)),
      h('p', { class: 't3' }, [secondTime(instant(injection.at)), whoBroke(injection.by), injection.mended_at ? t('testing.mended_at',
        { time: secondTime(instant(injection.mended_at)) }) : ''].filter(Boolean).join('　'))),
    injection.shortfalls.map((shortfall) => h('p', { class: 'shortfall t1', 'data-key': shortfall }, t(`testing.shortfall.${shortfall}`))),
    h('ul', {}, [...shouted.map((came) => cameRow(came, injection)), ...injection.missing.map((one) => missingRow(one, injection))].slice(0, MOST)),
    more > 0 ? h('p', { class: 'hint t2' }, t('wall.more', { count: more })) : null,
    folded ? h('p', { class: 'hint t3' }, t('testing.folded', { count: folded })) : null,
    injection.expected && !injection.expected.length && !shouted.length && !injection.shortfalls.length ? h('p', { class: 'hint t2' }, t('testing.promise.silence')) : null)
}

/** A person, or the scenario that plays. */
const whoBroke = (by) => say(bench.scenarios.find(({ name }) => name === by)?.title) || personName(by)

function cameRow (came, injection) {
  const { alarm, ticket, expected } = came
  const device = injection?.device === alarm.device ? '' : withoutPlace(say(alarm.device_name), '')
  const mark = came.shortfalls.length ? '×' : expected ? '✓' : ''
  return h('li', { class: 'came-row', 'data-key': alarm.id },
    h('a', { class: 'sign', href: `/alarms#${alarm.id}` }, shape(alarm.priority, alarm.state, 38)),
    h('div', { class: 'what' }, h('b', { class: 't1' }, [device, ruleWords(alarm.rule)].filter(Boolean).join(' ')),
      h('span', { class: 't2' }, ticketWords(ticket))),
    h('div', { class: 'after' }, h('b', { class: 't1' }, t('testing.after', { time: lengthWords(came.after_s) }), mark ? ` ${mark}` : ''),
      expected ? h('span', { class: 't3' }, t('testing.within', { time: lengthWords(expected.due_s) })) : null))
}

const ticketWords = (ticket) => ticket ? [t('ticket.number', { number: ticket.number.split('-').at(-1) }),
  personName(ticket.owner) ?? t('state.nobody')].join('　') : t('testing.no_ticket')

function missingRow (expected, injection) {
  const leftS = expected.due_s - (Math.min(now(), bench.account.stopped_at ? instant(bench.account.stopped_at) : Infinity) - instant(injection.at)) / 1000
  const device = expected.device === injection.device ? '' : say(live.devices.get(expected.device)?.name)
  return h('li', { class: 'came-row missing', 'data-key': `${expected.rule} ${expected.device}` },
    h('span', { class: 'sign' }, shape(expected.priority, 'returned_unacknowledged', 38)),
    h('div', { class: 'what' }, h('b', { class: 't2' }, [device, ruleWords(expected.rule)].filter(Boolean).join(' ')),
      h('span', { class: 't3' }, t(injection.verdict === 'open' ? 'testing.waited_for' : 'testing.did_not_come'))),
    h('div', { class: 'after' }, h('span', { class: 't2' }, leftS > 0 && injection.verdict === 'open' ? t('testing.left', { time: lengthWords(leftS) })
      : t('testing.within', { time: lengthWords(expected.due_s) }))))
}
