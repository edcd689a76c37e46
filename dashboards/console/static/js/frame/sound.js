// A new critical alarm sounds until somebody acknowledges it. Browsers let a page sound only after a person has allowed it.
import { h } from '../core/dom.js'
import { changed, live } from '../core/live.js'
import { t } from '../core/words.js'

const KEY = 'guanjia.sound'
let audio = null
let repeat = null

export const soundWanted = () => localStorage.getItem(KEY) === 'on'

export function setSound (wanted) {
  localStorage.setItem(KEY, wanted ? 'on' : 'off')
  if (wanted) startSound()
  else silence()
}

/** `on`, `off`, or `held`: wanted, and the browser waits for a first touch. */
export const soundState = () => !soundWanted() ? 'off' : audio?.state === 'running' ? 'on' : 'held'

/** Makes ready to sound; does nothing until the user has allowed it. */
export function startSound () {
  if (!soundWanted() || audio) return
  audio = new AudioContext()
  audio.onstatechange = changed
  if (audio.state === 'suspended') addEventListener('pointerdown', () => audio?.resume(), { once: true })
}

/** Says that this screen would stay silent, and ends it with one tap; nothing where it sounds. */
export function soundNotice () {
  const state = soundState()
  return state === 'on' ? null : h('button', { class: 'sound-notice t2', type: 'button', 'data-key': 'sound',
    onclick: () => { setSound(true); changed() } }, t(`sound.notice.${state}`))
}

/** Sound while a critical alarm stands unacknowledged. Called at every change. */
export function announce () {
  const wanted = soundWanted() && [...live.alarms.values()].some((alarm) => alarm.priority === 'critical'
    && alarm.state === 'active_unacknowledged' && !alarm.flags.length)
  if (wanted && !repeat) repeat = setInterval(chime, 2500)
  if (!wanted) silence()
}

function silence () {
  clearInterval(repeat)
  repeat = null
}

/** Two falling tones, 880 and 660 Hz: heard through talk, not shrill. */
function chime () {
  if (audio?.state !== 'running') return
  for (const [hertz, delay] of [[880, 0], [660, 0.22]]) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    const start = audio.currentTime + delay
    tone.frequency.value = hertz
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.3, start + 0.02)
    volume.gain.linearRampToValueAtTime(0, start + 0.2)
    tone.connect(volume).connect(audio.destination)
    tone.start(start)
    tone.stop(start + 0.22)
  }
}
