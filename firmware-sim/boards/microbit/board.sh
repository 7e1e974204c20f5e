# BBC micro:bit: nRF51822 with a Cortex-M0.
board_about='Cortex-M0, BBC micro:bit'
board_core=cortex-m
board_triple=armv6m-none-none-eabi
board_flags=(-mcpu=cortex-m0 -mfloat-abi=soft)
board_layout=wide
board_qemu=(qemu-system-arm -machine microbit)
board_flash_bytes=$((256 * 1024))
board_ram_bytes=$((16 * 1024))
board_kernel_optimization=-Osize
board_runtime_optimization=-Osize
board_small=yes
board_stack_bytes=6144
