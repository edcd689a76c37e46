// Night from 20:30 to 08:00 site time, day otherwise; a person may lock either.
import { now, siteParts } from './clock.js'

const KEY = 'guanjia.theme'

export const themeChoice = () => localStorage.getItem(KEY) ?? 'auto'

export function setTheme (choice) {
  localStorage.setItem(KEY, choice)
  applyTheme()
}

function applyTheme () {
  const choice = themeChoice()
  const { hour, minute } = siteParts(now())
  const clock = hour * 60 + minute
  const night = choice === 'auto' ? clock >= 20 * 60 + 30 || clock < 8 * 60 : choice === 'night'
  document.documentElement.dataset.theme = night ? 'night' : 'day'
}

export function followTheme () {
  applyTheme()
  setInterval(applyTheme, 30000)
}
