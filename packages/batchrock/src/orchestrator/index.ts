export { changeHome, findHome, type Home, loadHome, openHomes, withWaiting } from './home.ts';
export { checkedJobNamePrefix, pointerKey, type ResultsFormat, resultsFolder, resultsKey } from './results-keys.ts';
export { pointerText, type ResultCounts, type ResultsPointer, type ResultsStatus, readPointer } from './results-pointer.ts';
