import { expect, test } from 'vitest';
import { temporaryName } from '../node/index.ts';
import { copiesOfNote, copyNames, imageName, isImageFolderName, isImageName, isNoteName } from './image-names.ts';

test('what stands in the folder of images is told from other files by its name', () => {
  const { note, folder } = copyNames('a dataset');
  const image = imageName('https://images.test/a.png');
  const hidden = temporaryName(image);
  const names = [note, folder, image, `${image}.why`, hidden, 'a.png', `${folder}.png`];
  expect(names.filter(isNoteName)).toEqual([note]);
  expect(names.filter(isImageFolderName)).toEqual([folder]);
  expect(names.filter(isImageName)).toEqual([image, `${image}.why`, hidden]);
});

test('a note is a list of copies', () => {
  const copy = { path: '/a', xxh128: 'a', bytes: 1 };
  expect(copiesOfNote([copy])).toEqual([copy]);
  for (const other of [[], {}, null, [{ ...copy, bytes: '1' }], [copy, 5]]) expect(copiesOfNote(other)).toBeUndefined();
});
