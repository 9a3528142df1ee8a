// Every page works without this file. With it: "Exit this page" also answers to Shift pressed three times
// and covers the page while the other one loads, and errors and good news are brought to the reader's focus.
import {
  createAll,
  ErrorSummary,
  ExitThisPage,
  NotificationBanner,
  PasswordInput
} from 'govuk-frontend'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')

for (const component of [ExitThisPage, ErrorSummary, NotificationBanner, PasswordInput]) {
  createAll(component)
}

// Paper needs no script: the button only saves looking for Print in a menu.
for (const place of document.querySelectorAll('[data-prints]')) {
  place.hidden = false
  place.addEventListener('click', () => window.print())
}
