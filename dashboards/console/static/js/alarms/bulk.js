// What has returned and only waits to be seen is acknowledged together, after one question.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { t } from '../core/words.js'
import { act } from './acts.js'
import { desk } from './state.js'

/** The row above the returned ones; nothing where one alone has returned, or the reader may not act. */
export function bulkRow (returned) {
  if (returned.length < 2 || !live.me.rights.includes('alarm_act')) return null
  const count = returned.length
  const button = (words, name, onclick) => h('button', { class: `button ${name}`, type: 'button', onclick }, words)
  return h('li', { class: 'bulk t2', 'data-key': 'bulk' }, desk.bulk
    ? [h('span', { class: 't1' }, t('bulk.sure', { count: desk.bulk.length })), button(t('cancel'), '', () => ask(null)),
      button(t('bulk.do', { count: desk.bulk.length }), 'main', () => acknowledgeAll(desk.bulk))]
    : [h('span', {}, t('alarms.view.returned', { count })), button(t('bulk.ask'), '', () => ask(returned.map(({ id }) => id)))])
}

/** About these and no others: what returns while the question stands is not in it. */
function ask (ids) {
  desk.bulk = ids
  changed()
}

/** One after the other: each is an act of its own in the record, and the first refusal ends it. */
async function acknowledgeAll (ids) {
  ask(null)
  for (const id of ids) {
    await act(id, 'acknowledge', { comment: '' })
    if (desk.problem) return
  }
}
