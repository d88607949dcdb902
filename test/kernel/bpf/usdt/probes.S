/*
 * A program with statically defined probes, as <sys/sdt.h> writes them down: run, it passes them and ends with the value of a semaphore.
 *
 * gcc -nostdlib -static -Wl,--build-id=none -Wl,-z,noseparate-code -o probes probes.S && strip -R .comment probes
 */
.macro probe provider, name, semaphore, args
990:	nop
	.pushsection .note.stapsdt, "", "note"
	.balign 4
	.4byte 992f - 991f, 994f - 993f, 3
991:	.asciz "stapsdt"
992:	.balign 4
993:	.8byte 990b, _.stapsdt.base, \semaphore
	.asciz "\provider"
	.asciz "\name"
	.asciz "\args"
994:	.balign 4
	.popsection
.endm

	.section .stapsdt.base, "a", "progbits"
	.weak _.stapsdt.base
	.hidden _.stapsdt.base
_.stapsdt.base:
	.space 1

	.section .probes, "aw", "progbits"
sold_semaphore:
	.2byte 0

	.text
	.globl _start
	.type _start, @function
_start:
	mov $42, %edi
	mov $-7, %rsi
	probe shop, sold, sold_semaphore, "4@%edi -8@%rsi 8@$5"
	push $1234
	mov $3, %rbx
	probe shop, sold, sold_semaphore, "8@(%rsp) -2@-16(%rsp,%rbx,8) 8f@%xmm0"
	probe shop, closed, 0, ""
	movzwl sold_semaphore(%rip), %edi
	mov $60, %eax
	syscall
	.size _start, . - _start
