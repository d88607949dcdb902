import { describe, expect, test } from 'vitest'
import { chosenSeries, compareVersions, defaultMatrix, newestKernels, wholeMatrix } from '../../vm/versions.ts'

// what `apt-cache pkgnames` prints, cut down: several patches, several suites, and much that is no kernel to boot
const names = `
linux-image-6.1.0-50-cloud-amd64
linux-image-6.12.9+deb12-cloud-amd64
linux-image-6.12.90+deb12-cloud-amd64
linux-image-6.12.90+deb12.1-cloud-amd64
linux-image-6.12.117+deb13-cloud-amd64
linux-image-6.12.117+deb13-cloud-amd64-dbg
linux-image-6.12.117+deb13-cloud-amd64-unsigned
linux-image-6.12.117+deb13-amd64
linux-image-6.12.200+deb13-rt-amd64
linux-image-6.18.9+deb13-cloud-amd64
linux-image-6.18.15+deb13-cloud-amd64
linux-image-7.3.4+deb13-cloud-amd64
linux-image-7.3.4+deb13-cloud-amd64-dbg
linux-image-7.3~rc7-cloud-amd64
linux-image-7.4-cloud-amd64
linux-image-cloud-amd64
linux-binary-7.3.4+deb13-cloud-amd64
linux-modules-7.3.4+deb13-cloud-amd64
linux-base-7.3.4+deb13-cloud-amd64
linux-image-7.3.9+deb13-cloud-amd64
linux-binary-7.3.9+deb13-cloud-amd64
linux-binary-unsigned-7.3.9+deb13-cloud-amd64
linux-image-7.1.13+deb13-cloud-amd64
linux-binary-7.1.13+deb13-cloud-amd64
`
  .trim()
  .split('\n')

describe('the newest patch of a minor', () => {
  test('is taken by number, not by letters', () => {
    expect(newestKernels(names, ['6.12']).get('6.12')?.release).toBe('6.12.117+deb13-cloud-amd64')
    expect(newestKernels(names, ['6.18']).get('6.18')?.release).toBe('6.18.15+deb13-cloud-amd64')
  })

  test('is one package up to 6.18, and three where it is split', () => {
    expect(newestKernels(names, ['6.18']).get('6.18')?.packages).toEqual(['linux-image-6.18.15+deb13-cloud-amd64'])
    expect(newestKernels(names, ['7.3']).get('7.3')?.packages).toEqual([
      'linux-binary-7.3.4+deb13-cloud-amd64',
      'linux-modules-7.3.4+deb13-cloud-amd64',
      'linux-base-7.3.4+deb13-cloud-amd64',
    ])
  })

  test('may be a first release, without a patch number', () => {
    expect(newestKernels(names, ['7.4']).get('7.4')?.release).toBe('7.4-cloud-amd64')
  })

  test('a minor that is not on offer is left out: 6.1 is a release of another shape, and too old for netkit', () => {
    expect([...newestKernels(names, ['6.1', '6.17', '6.18', '7.30']).keys()]).toEqual(['6.18'])
  })

  test('is whole: a binary whose modules are gone from the archive is passed over', () => {
    expect(newestKernels(names, ['7.3']).get('7.3')?.release).toBe('7.3.4+deb13-cloud-amd64')
    expect(newestKernels(names, ['7.1']).has('7.1')).toBe(false)
  })

  test('comes in the order asked for', () => {
    expect([...newestKernels(names, ['7.3', '6.12']).keys()]).toEqual(['7.3', '6.12'])
  })
})

describe('the order of versions', () => {
  const sorted = [
    '6.9',
    '6.12',
    '6.12.9',
    '6.12.10',
    '6.12.90+deb12',
    '6.12.90+deb12.1',
    '6.12.90+deb13',
    '7.0.1',
    '7.3',
  ]

  test('is total on what Debian names', () => {
    expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted)
    for (const a of sorted) {
      for (const b of sorted) {
        expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(sorted.indexOf(a) - sorted.indexOf(b)))
      }
    }
  })
})

describe('the kernels that a person chose', () => {
  test('are lists, or one of two words', () => {
    expect(chosenSeries('7.3')).toEqual(['7.3'])
    expect(chosenSeries('7.3,6.12,7.3')).toEqual(['7.3', '6.12'])
    expect(chosenSeries('default')).toBe(defaultMatrix)
    expect(chosenSeries('all')).toBe(wholeMatrix)
  })

  test.each(['', ',', 'newest', '7', '7.3.4', '6.12 7.3'])('"%s" is refused', (option) => {
    expect(() => chosenSeries(option)).toThrow(RangeError)
  })

  test('the whole matrix holds the default one', () => {
    for (const minor of defaultMatrix) expect(wholeMatrix).toContain(minor)
  })
})
