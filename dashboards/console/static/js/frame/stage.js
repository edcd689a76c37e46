// A screen drawn once for 1920 × 1080 and shown larger or smaller; on a phone its parts stack and the scale is left alone.
import { h } from '../core/dom.js'

const WIDTH = 1920
const HEIGHT = 1080

/** The element to draw in, kept at the size of the window. */
export function openStage (root, name) {
  const stage = h('main', { class: name })
  root.append(stage)
  const scale = () => {
    const factor = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT)
    stage.style.setProperty('--scale', factor)
    stage.style.setProperty('--left', `${(innerWidth - WIDTH * factor) / 2}px`)
    stage.style.setProperty('--top', `${(innerHeight - HEIGHT * factor) / 2}px`)
  }
  scale()
  addEventListener('resize', scale)
  return stage
}
