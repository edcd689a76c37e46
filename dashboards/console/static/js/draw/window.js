// A long list drawn only where it is seen: two thousand rows cost no more than a screenful. What is not drawn keeps its place by its height.
import { h } from '../core/dom.js'
import { changed } from '../core/live.js'

/** A list up to this long is drawn whole. */
const WHOLE = 120
/** Drawn beyond either edge of the window, px: a flick of the wheel meets rows, not emptiness. */
const MARGIN = 900

/** `selector` finds the list in the page; heights are those the rows had when last drawn. */
export function openWindow (selector) {
  const view = { selector, heights: new Map(), long: false }
  addEventListener('scroll', () => { if (view.long) changed() }, { passive: true })
  addEventListener('resize', () => { view.heights.clear(); if (view.long) changed() })
  return view
}

/** The elements of `items` (`{key, size, draw, pinned}`; `size`: the height while it is not known), gaps between them. */
export function drawWindow (view, items) {
  view.long = items.length > WHOLE
  if (!view.long) return items.map((item) => item.draw())
  const list = document.querySelector(view.selector)
  measure(view, list)
  const top = list ? -list.getBoundingClientRect().top : 0
  const parts = []
  let gap = 0
  let y = 0
  for (const item of items) {
    const size = heightOf(view, item)
    if (item.pinned || (y + size > top - MARGIN && y < top + innerHeight + MARGIN)) {
      if (gap) parts.push(spacer(gap, parts.length))
      gap = 0
      parts.push(item.draw())
    } else gap += size
    y += size
  }
  if (gap) parts.push(spacer(gap, parts.length))
  return parts
}

/** Scroll so that the item of this key is seen, drawn or not. */
export function bringIntoView (view, items, key) {
  const list = document.querySelector(view.selector)
  const index = items.findIndex((item) => item.keys?.includes(key) ?? item.key === key)
  if (!list || index < 0) return
  const y = list.getBoundingClientRect().top + items.slice(0, index).reduce((sum, item) => sum + heightOf(view, item), 0)
  if (y < EDGE) scrollBy(0, y - EDGE)
  else if (y > innerHeight - 2 * EDGE) scrollBy(0, y - innerHeight + 2 * EDGE)
}
const EDGE = 80

const heightOf = (view, item) => view.heights.get(item.key) ?? item.size

function measure (view, list) {
  for (const node of list?.children ?? []) if (node.dataset.key && !node.dataset.gap) view.heights.set(node.dataset.key, node.offsetHeight)
}

const spacer = (height, place) => h('li', { class: 'gap', 'data-gap': 'yes', 'data-key': `gap ${place ? 'below' : 'above'} ${place}`,
  'aria-hidden': 'true', style: { height: `${Math.round(height)}px` } })
