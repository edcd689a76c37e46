// Elements from plain calls, and one way to bring a drawn panel up to date without losing focus, cursor or a running pulse.

const SVG = 'http://www.w3.org/2000/svg'

/** An HTML element. Properties named on… are listeners, `style` is an object, all else attributes; null and false leave one out. */
export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children)

/** The same for SVG. */
export const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children)

function fill (node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) listen(node, { ...listening.get(node), [name]: value })
    else if (name === 'style') for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part)
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false))
  return node
}

/** Who listens to what: most elements to nothing, and asking each for all it might is what a drawing would spend its time on. */
const listening = new WeakMap()

/** From now on a node listens with these and no others. */
function listen (node, listeners = {}) {
  for (const name in listening.get(node)) if (!(name in listeners)) node[name] = null
  for (const name in listeners) if (node[name] !== listeners[name]) node[name] = listeners[name]
  listening.set(node, listeners)
}

/** Make the children of `live` equal to `fresh`, keeping every element that is still the same kind of thing (same tag, same `data-key`). */
export function renew (live, ...fresh) {
  matchChildren(live, fresh.flat(Infinity).filter(Boolean).map((node) => node instanceof Node ? node : new Text(node)))
}

function matchChildren (live, fresh) {
  const keyed = fresh.some(keyOf) ? new Map([...live.children].map((node) => [keyOf(node), node])) : NONE
  fresh.forEach((wanted, index) => {
    const here = live.childNodes[index]
    const same = keyed.get(keyOf(wanted) ?? '') ?? here
    if (!isSameKind(same, wanted)) return void live.insertBefore(wanted, here ?? null)
    if (same !== here) live.insertBefore(same, here ?? null)
    matchNode(same, wanted)
  })
  while (live.childNodes.length > fresh.length) live.lastChild.remove()
}

const NONE = new Map()
const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') : null

const isSameKind = (a, b) => a?.nodeName === b.nodeName && keyOf(a) === keyOf(b)

function matchNode (live, wanted) {
  if (live.nodeType === Node.TEXT_NODE) {
    if (live.data !== wanted.data) live.data = wanted.data
    return
  }
  for (const { name } of [...live.attributes]) if (name !== 'style' && !wanted.hasAttribute(name)) live.removeAttribute(name)
  for (const { name, value } of wanted.attributes) if (name !== 'style' && live.getAttribute(name) !== value) live.setAttribute(name, value)
  // Few have a style, and asking for one makes it. It is set as an object: the page takes none that is written in its text.
  if (live.getAttribute('style') !== wanted.getAttribute('style')) live.style.cssText = wanted.style.cssText
  if (listening.has(live) || listening.has(wanted)) listen(live, listening.get(wanted))
  matchChildren(live, [...wanted.childNodes])
}
