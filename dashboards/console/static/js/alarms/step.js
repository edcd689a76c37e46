// One step of the walk back: a heading with something beside it, and lines below.
import { h } from '../core/dom.js'
import { t } from '../core/words.js'

export const step = (key, aside, ...lines) => h('li', { class: 'step', 'data-key': key },
  h('p', { class: 't3' }, h('span', { class: 'step-name' }, t(`trace.${key}`)), h('span', {}, aside)), lines)

export const line = (...words) => h('p', { class: 't1' }, words)

/** Bytes and rules. */
export const mono = (...words) => h('p', { class: 'mono t2' }, words)
