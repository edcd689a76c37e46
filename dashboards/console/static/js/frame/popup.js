// One thing at a time hangs below the head of a page: the menu, or the notices.
import { changed } from '../core/live.js'

let opened = null

export const isOpen = (name) => opened === name

export function toggle (name) {
  opened = opened === name ? null : name
  changed()
}

// Wherever the focus is, Escape and a press beside it close it; an Escape it has used goes no further.
addEventListener('keydown', (event) => {
  if (!opened || event.key !== 'Escape') return
  event.stopPropagation()
  toggle(opened)
}, true)
addEventListener('pointerdown', (event) => { if (opened && !event.target.closest?.('.menu-place')) toggle(opened) })
